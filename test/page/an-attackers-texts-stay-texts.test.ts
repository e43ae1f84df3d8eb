import { expect, test } from 'vitest';
import type { Overview } from '../../src/overview/overview.ts';
import { aBusyOverview } from '../support/a-busy-overview.ts';
import { startBrowser } from '../support/browser.ts';
import { openPage, somebodyElse, tellOverview } from './support.ts';

const browser = await startBrowser();

/** Every text of an overview made hostile, past what the gate's own `visible` would let through. */
function hostile(overview: Overview, payload: string): Overview {
  const words = ['name', 'outcome', 'mode', 'level', 'check'];
  const change = (value: unknown, key: string): unknown => {
    if (typeof value === 'string')
      return words.includes(key) || /^\d{4}-\d\d-\d\dT/.test(value) ? value : `${value}${payload}`;
    if (Array.isArray(value)) return value.map((item) => change(item, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, change(member, name)]));
  };
  return change(overview, '') as Overview;
}

test.skipIf(browser === undefined)(
  'markup, scripts, styles, directions, ten thousand characters',
  async () => {
    if (browser === undefined) return;
    const asked: string[] = [];
    const elsewhere = await somebodyElse((url) => asked.push(url));
    const payload =
      `</script><script>document.title='owned'</script><img src=x onerror="document.title='owned'">` +
      `<style>*{background:url(http://127.0.0.1:${elsewhere}/style)}</style><a href="javascript:document.title='owned'">x</a>` +
      `"><svg onload="document.title='owned'">\u202e\u0000${'W'.repeat(10_000)}`;
    const busy = aBusyOverview();
    const overview = hostile({ ...busy, deliveries: busy.deliveries.slice(0, 12) }, payload);
    const { page, complaints } = await openPage(browser, await tellOverview(() => overview), { width: 800 });
    for (const summary of await page
      .locator('summary')
      .all()
      .then((all) => all.slice(0, 5)))
      await summary.click();

    expect(await page.title()).toBe('Hookgate');
    expect(await page.locator('main img, main script, main style, main a[href^="javascript"]').count()).toBe(
      0,
    );
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(800);
    expect(asked).toEqual([]);
    expect(complaints).toEqual([]);
  },
);
