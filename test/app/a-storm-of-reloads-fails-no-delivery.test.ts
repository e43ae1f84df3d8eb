import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { replaceFile } from '../support/replace-file.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent, testSecret } from '../support/sign-event.ts';

const stormMs = 5_000;
const stepMs = 100;
const workers = 8;

/**
 * Allowlist, keys and configuration change in turn every 100 ms, every third time to something broken, while good
 * and forged events come. What is good under every generation has to pass, what is forged never.
 */
test('allowlist, keys and config swapped every 100 ms under load', async () => {
  const application = await startEventApplication();
  const gate = await runGate(application.url);
  const next = join(gate.keysDirectory, 'next');
  const config = readFileSync(gate.configFile, 'utf8');
  const changes: (() => void)[] = [
    () => replaceFile(gate.allowlistFile, 'addresses:\n  - 127.0.0.1\n  - 203.0.113.7\n'),
    () => replaceFile(next, 'another-business-id'),
    () => replaceFile(gate.configFile, `${config}limits: { inFlight: 900 }\n`),
    // Broken, and written in place.
    () => writeFileSync(gate.allowlistFile, 'addresses: [127.0.0.1'),
    () => replaceFile(gate.allowlistFile, 'addresses:\n  - 127.0.0.1\n'),
    () => writeFileSync(next, ''),
    () => replaceFile(next, testSecret),
    () => writeFileSync(gate.configFile, 'routes: {'),
    () => replaceFile(gate.configFile, config),
  ];
  const figures = {
    sent: 0,
    answered200: 0,
    failed: 0,
    forged: 0,
    forgedAccepted: 0,
    changes: 0,
    reloads: 0,
  };
  let step = 0;
  const storm = setInterval(() => {
    changes[step % changes.length]?.();
    step += 1;
  }, stepMs);
  onTestFinished(() => clearInterval(storm));
  const endsAtMs = performance.now() + stormMs;

  const work = async (worker: number): Promise<void> => {
    for (let index = 0; performance.now() < endsAtMs; index += 1) {
      const data = { reference: `r-${worker}-${index}-`, amount: 1000 };
      // Every fourth on a connection of its own.
      const headers: Record<string, string> = index % 4 === 0 ? { connection: 'close' } : {};
      figures.sent += 1;
      const answer = await gate.post(signedEvent('payment.session.succeeded', data), headers);
      if (answer.status === 200 && answer.headers.get('hookgate-duplicate') === null)
        figures.answered200 += 1;
      else figures.failed += 1;
      figures.forged += 1;
      const secret = Buffer.from('a-guess');
      const forged = await gate.post(
        signedEvent('payment.session.succeeded', { ...data, forged: true }, { secret }),
      );
      if (forged.code !== 'checksum_mismatch') figures.forgedAccepted += 1;
    }
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  clearInterval(storm);
  figures.changes = step;
  figures.reloads =
    (await gate.metric('hookgate_config_reloads_total{result="success"}')) +
    (await gate.metric('hookgate_config_reloads_total{result="failure"}'));
  console.log(JSON.stringify(figures));

  expect(figures).toMatchObject({ failed: 0, forgedAccepted: 0 });
  expect(figures.reloads).toBeGreaterThan(5);
  expect(application.events).toHaveLength(figures.sent);
  expect(application.events.filter(({ body }) => body.includes('forged'))).toEqual([]);
}, 60_000);
