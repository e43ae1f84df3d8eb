import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { explain } from '../../src/app/explain/explain.ts';
import type { Overview } from '../../src/overview/overview.ts';
import { statusText } from '../../src/overview/terminal.ts';
import { startPlainApplication } from '../support/plain-application.ts';
import { type GateForTest, runGate } from '../support/running-gate.ts';
import { signedEvent, testSecret } from '../support/sign-event.ts';

const data = '{"reference":"a-reference-of-the-body","amount":1,"name":"é"}';
const pythons = '{"amount": 1, "name": "\\u00e9", "reference": "a-reference-of-the-body"}';
const checksum = createHmac('sha256', testSecret).update(`e|${pythons}`).digest('hex');
const body = `{"event":"e","data":${data},"checksum":"${checksum}"}`;
const line = 'checksum: { encodings: [received, compact, sorted, sorted+spaced+ascii] }';

const tell = async <Told>(gate: GateForTest, path: string): Promise<Told> =>
  (await (await fetch(`${gate.adminUrl}${path}`)).json()) as Told;

/** Sends the event again, as its sender does, until a search had the time to find out. */
async function untilFound(gate: GateForTest, sent = body): Promise<Overview> {
  await expect
    .poll(
      async () => {
        expect((await gate.post(sent)).status).toBe(401);
        return (await tell<Overview>(gate, '/overview')).nearMisses.length;
      },
      { interval: 200 },
    )
    .toBe(1);
  return tell<Overview>(gate, '/overview');
}

test('the page, the status and the terminal tell the line of explain; put into the file, it takes the event', async () => {
  const application = await startPlainApplication();
  const gate = await runGate(application.url);
  const overview = await untilFound(gate);
  expect(overview.nearMisses[0]).toMatchObject({ route: 'juicyway', key: 'primary', line });
  expect(overview.headline).toMatchObject({
    level: 'warning',
    sentence: expect.stringContaining('would have matched on juicyway'),
  });
  const status = await tell<{ nearMisses: object[] }>(gate, '/status');
  expect(status.nearMisses[0]).toMatchObject({ route: 'juicyway', line });
  expect(statusText(overview)).toContain(`The line for the file: ${line}`);
  const explained = await explain({
    body: Buffer.from(body),
    sources: { file: gate.configFile, env: {}, flags: {} },
    keysDirectory: undefined,
    address: undefined,
    otherKeys: [],
  });
  if (explained.kind === 'problems') throw new Error('the configuration is broken');
  expect(explained.explanation.sentences).toContain(overview.nearMisses[0]?.remedy);
  expect(explained.explanation.sentences).toContain(overview.nearMisses[0]?.match);

  for (const text of [JSON.stringify(overview), JSON.stringify(status)]) {
    expect(text).not.toContain('a-reference-of-the-body');
    expect(text.toLowerCase()).not.toContain(checksum);
    expect(text).not.toContain(testSecret.toString());
  }

  const before = readFileSync(gate.configFile, 'utf8');
  const section = line.replace('{ ', `{ keysDirectory: ${gate.keysDirectory}, `);
  writeFileSync(gate.configFile, before.replace(/^checksum: .*$/m, section));
  await gate.gate.reload();
  expect((await tell<Overview>(gate, '/overview')).nearMisses).toEqual([]);
  expect((await gate.post(body)).status).toBe(200);
});

test('a key whose file is not what was meant is named, without a line', async () => {
  const application = await startPlainApplication();
  const gate = await runGate(application.url);
  writeFileSync(join(gate.keysDirectory, 'primary'), testSecret.toString().toUpperCase());
  await gate.gate.reload();
  const { nearMisses } = await untilFound(gate, signedEvent('e', data).toString());
  expect(nearMisses[0]).toMatchObject({ key: 'primary', line: null });
  expect(nearMisses[0]?.match).toContain('the key in lower case');

  // The remedy is another content under the same name.
  writeFileSync(join(gate.keysDirectory, 'primary'), testSecret);
  await gate.gate.reload();
  expect((await tell<Overview>(gate, '/overview')).nearMisses).toEqual([]);
});

test('thousands of bad bodies cost one search a second, and no good event', async () => {
  const application = await startPlainApplication();
  const gate = await runGate(application.url);
  const startedMs = performance.now();
  let good = 0;
  await Promise.all(
    Array.from({ length: 20 }, async (_, sender) => {
      for (let count = 0; count < 100; count++) {
        const bad = body.replace('"amount":1', `"amount":9${sender}${count}`);
        expect((await gate.post(bad)).status).toBe(401);
        if (count % 20 > 0) continue;
        const event = signedEvent('e', `{"id":"${sender}-${count}"}`);
        if ((await gate.post(event)).status === 200) good += 1;
      }
    }),
  );
  expect(good).toBe(100);
  let searches = 0;
  for (const result of ['found', 'nothing', 'failed'])
    searches += await gate.metric(`hookgate_near_miss_searches_total{result="${result}"}`);
  expect(searches).toBeGreaterThan(0);
  expect(searches).toBeLessThanOrEqual(1 + (performance.now() - startedMs) / 1000);
  expect(await gate.metric('hookgate_near_miss_searches_total{result="failed"}')).toBe(0);
});

test('nothing is looked for of a sender that is not listed, nor where the allowlist is off', async () => {
  const application = await startPlainApplication();
  for (const allowlist of ['{ mode: observe, file: ALLOWLIST_FILE }', '{ mode: off }']) {
    const gate = await runGate(application.url, { allowlist });
    writeFileSync(gate.allowlistFile, 'addresses: [192.0.2.1]\n');
    await gate.gate.reload();
    expect((await gate.post(body)).status).toBe(401);
    expect((await tell<Overview>(gate, '/overview')).deliveries[0]?.reason).toBe('checksum_mismatch');
    for (const result of ['found', 'nothing', 'failed'])
      expect(await gate.metric(`hookgate_near_miss_searches_total{result="${result}"}`)).toBe(0);
  }
});
