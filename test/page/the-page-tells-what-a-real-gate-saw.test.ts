import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import type { Overview } from '../../src/overview/overview.ts';
import { aBusyOverview } from '../support/a-busy-overview.ts';
import { startBrowser } from '../support/browser.ts';
import { startPlainApplication } from '../support/plain-application.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';
import { openPage, tellOverview } from './support.ts';

const browser = await startBrowser();

test('it is small, and a browser may do nothing with it but show it', async () => {
  expect(statSync('dist/page.html').size).toBeLessThan(100_000);
  const application = await startPlainApplication();
  const { adminUrl } = await runGate(application.url);
  const { headers } = await fetch(`${adminUrl}/`);
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe');
  expect(readFileSync('dist/page.html', 'utf8')).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
});

test.each(['/', '/overview', '/status', '/rejections'])(
  '%s answers to no name of a stranger',
  async (path) => {
    const application = await startPlainApplication();
    const { adminUrl } = await runGate(application.url, {
      admin: '{ host: 127.0.0.1, port: 0, hosts: [gate.shop.internal] }',
    });
    const statusFor = (host: string): Promise<number> =>
      new Promise((resolve, reject) => {
        request(`${adminUrl}${path}`, { headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        })
          .on('error', reject)
          .end();
      });
    for (const host of [
      '127.0.0.1',
      '127.0.0.1:9090',
      '[::1]:9090',
      'localhost:9090',
      'LOCALHOST',
      'gate.shop.internal:9090',
    ])
      expect([host, await statusFor(host)]).toEqual([host, 200]);
    for (const host of [
      'attacker.example',
      'localhost.attacker.example',
      '127.0.0.1.attacker.example',
      'gate.shop.internal.attacker.example',
    ])
      expect([host, await statusFor(host)]).toEqual([host, 403]);
  },
);

test.skipIf(browser === undefined)(
  'events, a refusal, a sender that is not listed, and a reload that failed',
  async () => {
    if (browser === undefined) return;
    const application = await startPlainApplication();
    const gate = await runGate(application.url, { allowlist: '{ mode: observe, file: ALLOWLIST_FILE }' });
    writeFileSync(gate.allowlistFile, 'addresses: []\n');
    await gate.gate.reload();
    const body = signedEvent('payment.session.succeeded', '{"amount":1}').toString();
    expect((await gate.post(body)).status).toBe(200);
    expect((await gate.post(body.replace('"amount":1', '"amount":2'))).status).toBe(401);
    writeFileSync(gate.configFile, 'listen: [\n');
    await gate.gate.reload();

    const { page, complaints } = await openPage(browser, `${gate.adminUrl}/`);
    const text = await page.locator('main').innerText();
    expect(text).toContain('1 event in the last hour, all delivered; 1 delivery refused.');
    expect(text).toContain('The last change of the configuration is not in force.');
    expect(text).toContain(
      '- { address: "127.0.0.1", note: "seen with a valid signature on route juicyway" }',
    );
    expect(text).toContain('checksum_mismatch');
    expect(complaints).toEqual([]);

    const overview = (await (await fetch(`${gate.adminUrl}/overview`)).json()) as Overview;
    expect(overview.version).toBe(1);
    expect(JSON.stringify(overview)).not.toContain('"amount"');
  },
);

test.skipIf(browser === undefined)(
  'a refused event that would have matched, with the line to copy',
  async () => {
    if (browser === undefined) return;
    const overview = aBusyOverview();
    const [nearMiss] = overview.nearMisses;
    const { page, complaints } = await openPage(browser, await tellOverview(() => overview));
    const text = await page.locator('main').innerText();
    expect(text).toContain('Refused events that would have matched');
    expect(text).toContain(nearMiss?.match);
    const line = page.locator('pre', { hasText: nearMiss?.line ?? 'no line' });
    expect(await line.innerText()).toBe(nearMiss?.line);
    expect(await page.getByLabel('Copy line 1 for hookgate.yaml').count()).toBe(1);
    expect(complaints).toEqual([]);
  },
);

test.skipIf(browser === undefined)('unlisted senders of two routes stand in two blocks', async () => {
  if (browser === undefined) return;
  const busy = aBusyOverview();
  const [sender] = busy.senders;
  if (sender === undefined) throw new Error('nobody is unlisted');
  const other = { ...sender, route: 'house', yaml: '- { address: "198.51.100.99" }' };
  const overview = { ...busy, senders: [...busy.senders, other] };
  const { page, complaints } = await openPage(browser, await tellOverview(() => overview));
  for (const [route, senders] of [
    [sender.route, busy.senders],
    ['house', [other]],
  ] as const) {
    const block = page.locator('.copy', {
      has: page.getByLabel(`Copy the lines of route ${route} for the file`),
    });
    expect(await block.locator('pre').innerText()).toBe(senders.map(({ yaml }) => yaml).join('\n'));
  }
  expect(complaints).toEqual([]);
});
