import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { prepareGate, spawnGate, startGateProcess } from '../support/gate-process.ts';
import { postEvent } from '../support/post-event.ts';
import { readMetric } from '../support/read-metric.ts';
import { signedEvent } from '../support/sign-event.ts';
import { until } from '../support/until.ts';

const event = (n: number): Buffer => signedEvent('payment.session.succeeded', { n });

async function statusOf(url: string): Promise<number> {
  return fetch(url).then(
    ({ status }) => status,
    () => 0,
  );
}

test('readiness fails first, then it listens no more, then what is in flight ends, then it exits with 0', async () => {
  const application = await startEventApplication();
  const places = await prepareGate(application.url);
  const gate = await startGateProcess(places, { env: { HOOKGATE_DRAIN_DELAY: '1s' } });
  const url = `http://127.0.0.1:${places.port}/webhooks/juicyway`;
  const admin = `http://127.0.0.1:${places.adminPort}`;
  let finish = (): void => {};
  application.answer = (response) => {
    finish = () => response.end('at last');
  };
  const slow = postEvent(url, event(1));
  await application.arrived(1);

  const exit = once(gate, 'exit');
  gate.kill('SIGTERM');
  await until(async () => (await statusOf(`${admin}/readyz`)) === 503);
  // Alive, and still taking events, each on a connection of its own.
  expect(await statusOf(`${admin}/livez`)).toBe(200);
  application.answer = (response) => void response.end();
  const late = await postEvent(url, event(2));
  expect([late.status, late.headers.get('connection')]).toEqual([200, 'close']);
  await until(async () => (await statusOf(url)) === 0);
  expect(gate.exitCode).toBeNull();

  finish();
  expect([(await slow).status, (await slow).text]).toEqual([200, 'at last']);
  expect(await exit).toEqual([0, null]);
});

test('an application that has gone before the gate is answered for with 503, never with 2xx', async () => {
  const application = await startEventApplication();
  const places = await prepareGate(application.url);
  const gate = await startGateProcess(places, { env: { HOOKGATE_DRAIN_DELAY: '2s' } });
  const exit = once(gate, 'exit');
  application.server.closeAllConnections();
  application.server.close();
  gate.kill('SIGTERM');
  await until(async () => (await statusOf(`http://127.0.0.1:${places.adminPort}/readyz`)) === 503);

  const refused = await postEvent(`http://127.0.0.1:${places.port}/webhooks/juicyway`, event(1));

  expect([refused.status, refused.code, refused.headers.get('retry-after')]).toEqual([
    503,
    'shutting_down',
    '5',
  ]);
  expect(await exit).toEqual([0, null]);
});

test('a second signal ends it at once, with 1', async () => {
  const places = await prepareGate((await startEventApplication()).url);
  const gate = await startGateProcess(places, { env: { HOOKGATE_DRAIN_DELAY: '1h' } });
  const exit = once(gate, 'exit');
  gate.kill('SIGTERM');
  await until(async () => (await statusOf(`http://127.0.0.1:${places.adminPort}/readyz`)) === 503);
  gate.kill('SIGTERM');
  expect(await exit).toEqual([1, null]);
});

test('SIGHUP reads all files again, and goes on', async () => {
  const application = await startEventApplication();
  const places = await prepareGate(application.url);
  const gate = await startGateProcess(places, { env: { HOOKGATE_DRAIN_DELAY: '0s' } });
  const admin = `http://127.0.0.1:${places.adminPort}`;
  const reloads = 'hookgate_config_reloads_total{result="success"}';
  // Nothing has changed, so nothing but the signal makes it read.
  expect(await readMetric(admin, reloads)).toBe(0);

  gate.kill('SIGHUP');

  await until(async () => (await readMetric(admin, reloads)) === 1);
  expect((await postEvent(`http://127.0.0.1:${places.port}/webhooks/juicyway`, event(1))).status).toBe(200);
});

test('a gate that waits for the file of another one is alive, not ready, and ends at a signal', async () => {
  const places = await prepareGate((await startEventApplication()).url);
  await startGateProcess(places);
  const ports = await prepareGate('http://127.0.0.1:9');
  const file = places.flags[places.flags.indexOf('--store-file') + 1] as string;
  const second = spawnGate({ ...ports, flags: [...ports.flags, '--store-file', file] });
  const exit = once(second, 'exit');
  const admin = `http://127.0.0.1:${ports.adminPort}`;
  await until(async () => (await statusOf(`${admin}/livez`)) === 200);
  expect(await statusOf(`${admin}/readyz`)).toBe(503);

  second.kill('SIGTERM');

  // Not by the signal's default action, which the first process of a container does not have.
  expect(await exit).toEqual([0, null]);
});
