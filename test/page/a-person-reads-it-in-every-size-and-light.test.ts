import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { aBusyOverview } from '../support/a-busy-overview.ts';
import { startBrowser } from '../support/browser.ts';
import { openPage, tellOverview } from './support.ts';

const browser = await startBrowser();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Where pictures go: `HOOKGATE_TEST_PICTURES=docs/pictures npx vitest run test/page` makes those of the documents. */
const pictures = process.env.HOOKGATE_TEST_PICTURES;

describe.skipIf(browser === undefined).each(['light', 'dark'] as const)('%s', (theme) => {
  test.each([400, 800, 1600])(
    '%d pixels wide: nothing beside the page, nothing upon another',
    async (width) => {
      if (browser === undefined) return;
      const overview = aBusyOverview();
      const { page, complaints } = await openPage(browser, await tellOverview(() => overview), {
        width,
        theme,
      });
      expect(await page.locator('.headline').innerText()).toBe(overview.headline.sentence);

      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      const cards = await page.locator('.card').evaluateAll((elements) =>
        elements.map((element) => {
          const { left, right, top, bottom } = element.getBoundingClientRect();
          return { left, right, top, bottom, cut: element.scrollWidth > element.clientWidth };
        }),
      );
      expect(cards).toHaveLength(3);
      expect(new Set(cards.map(({ top }) => top)).size).toBe(width === 400 ? 3 : width === 800 ? 2 : 1);
      for (const [index, card] of cards.entries()) {
        expect(card.cut).toBe(false);
        for (const other of cards.slice(index + 1))
          expect(other.left >= card.right || other.top >= card.bottom).toBe(true);
      }
      if (pictures !== undefined) {
        mkdirSync(pictures, { recursive: true });
        await page.screenshot({ path: join(pictures, `page-${width}-${theme}.png`) });
      }
      expect(complaints).toEqual([]);
    },
  );

  test('axe finds nothing', async () => {
    if (browser === undefined) return;
    const overview = aBusyOverview();
    const { page } = await openPage(browser, await tellOverview(() => overview), { theme });
    for (const summary of await page
      .locator('summary')
      .all()
      .then((all) => all.slice(0, 3)))
      await summary.click();
    // The page's own policy lets nobody add a script to it; what a debugger evaluates is not bound by it.
    await page.evaluate(axe);
    const found = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
    });
    expect(found).toEqual([]);
  });
});

test.skipIf(browser === undefined)('filters and details are reached by keys alone', async () => {
  if (browser === undefined) return;
  const overview = aBusyOverview();
  const { page } = await openPage(browser, await tellOverview(() => overview));
  await page.getByLabel('outcome').selectOption('rejected');
  const rows = page.locator('[aria-label="Latest deliveries"] tbody tr');
  const refused = overview.deliveries.filter(({ outcome }) => outcome === 'rejected');
  await expect.poll(() => rows.count()).toBe(refused.length);
  await page.locator('summary').first().focus();
  await page.keyboard.press('Enter');
  const remedy = overview.remedies.address_not_allowed?.remedy ?? '';
  expect(await page.locator('details').first().innerText()).toContain(remedy);
});
