import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createUndelivered } from '../../src/metrics/undelivered.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { startEventApplication } from '../support/event-application.ts';
import { replaceFile } from '../support/replace-file.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';
import { until } from '../support/until.ts';

const series = 'hookgate_oldest_undelivered_seconds{route="juicyway"}';
const hourMs = 3_600_000;

test('it grows from the first failure of a verified event until the application has accepted it', async () => {
  const application = await startEventApplication();
  application.answer = (response) => void response.writeHead(500).end();
  const gate = await runGate(application.url);
  const [first, second] = [1, 2].map((n) => signedEvent('payment.a', { n })) as [Buffer, Buffer];

  await gate.post(first.toString().replace('"n":1', '"n":9'));
  expect(await gate.metric(series)).toBe(0);
  await gate.post(first);
  await until(async () => (await gate.metric(series)) > 0.2);
  // A later failure of the same event, or of another one, does not set the clock back.
  await gate.post(first);
  await gate.post(second);
  const both = await gate.metric(series);
  expect(both).toBeGreaterThan(0.2);

  application.answer = (response) => void response.end();
  await gate.post(first);
  expect(await gate.metric(series)).toBeLessThan(both);
  await gate.post(second);
  expect(await gate.metric(series)).toBe(0);
});

test('an event that failed here and went through another replica is no longer undelivered', async () => {
  const application = await startEventApplication();
  application.answer = (response) => void response.writeHead(500).end();
  const shared = createMemoryStore({ now: () => performance.now(), maxKeys: 10 });
  const sections = { duplicates: '{ store: redis }' };
  const here = await runGate(application.url, sections, shared);
  const elsewhere = await runGate(application.url, sections, shared);
  const [first, second] = [1, 2].map((n) => signedEvent('payment.a', { n })) as [Buffer, Buffer];
  await here.post(first);
  await until(async () => (await here.metric(series)) > 0.2);
  const beforeSecondMs = performance.now();
  await here.post(second);

  application.answer = (response) => void response.end();
  await elsewhere.post(first);
  const onlySecond = await here.metric(series);
  expect(onlySecond).toBeGreaterThan(0);
  expect(onlySecond).toBeLessThan((performance.now() - beforeSecondMs) / 1000);
  await elsewhere.post(second);
  expect(await here.metric(series)).toBe(0);
});

test('an event is forgotten after 48 hours, when its sender has given up, and no more than the bound are kept', () => {
  let nowMs = 0;
  const undelivered = createUndelivered({ now: () => nowMs, maxEvents: 2, forgetAfterMs: () => 48 * hourMs });
  undelivered.failed('juicyway', 'a');
  nowMs = hourMs;
  undelivered.failed('juicyway', 'b');
  undelivered.failed('juicyway', 'beyond the bound');
  expect(undelivered.oldestSeconds('juicyway')).toBe(3600);
  expect(undelivered.oldestSeconds('another')).toBe(0);

  nowMs = 48 * hourMs + 1;
  expect(undelivered.oldestSeconds('juicyway')).toBe((47 * hourMs + 1) / 1000);
  undelivered.delivered('juicyway', 'b');
  expect(undelivered.oldestSeconds('juicyway')).toBe(0);
});

test('after a reload that brings a sender which tries again for longer, an event is kept as long', () => {
  let [nowMs, forgetAfterMs] = [0, 48 * hourMs];
  const undelivered = createUndelivered({
    now: () => nowMs,
    maxEvents: 2,
    forgetAfterMs: () => forgetAfterMs,
  });
  undelivered.failed('custom', 'a');
  forgetAfterMs = 168 * hourMs;
  nowMs = 140 * hourMs;
  expect(undelivered.oldestSeconds('custom')).toBe(140 * 3600);
});

test('a route that a reload has taken away is not told of any more', async () => {
  const application = await startEventApplication();
  application.answer = (response) => void response.writeHead(500).end();
  const gate = await runGate(application.url);
  await gate.post(signedEvent('payment.a', { n: 1 }));
  await until(async () => (await gate.metric(series)) > 0);
  const config = readFileSync(gate.configFile, 'utf8');
  replaceFile(gate.configFile, config.replace('name: juicyway', 'name: another'));

  await gate.gate.reload();

  const page = await (await fetch(`${gate.adminUrl}/metrics`)).text();
  const told = page.split('\n').filter((line) => line.startsWith('hookgate_oldest_undelivered_seconds'));
  expect(told).toEqual(['hookgate_oldest_undelivered_seconds{route="another"} 0']);
});
