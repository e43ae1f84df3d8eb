import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { prepareGate, startGateProcess } from '../support/gate-process.ts';
import { killProcess } from '../support/kill-process.ts';
import { networkTo } from '../support/network-between.ts';
import { postEvent } from '../support/post-event.ts';
import { readMetric } from '../support/read-metric.ts';
import { startRedis } from '../support/redis-server.ts';
import { signedEvent } from '../support/sign-event.ts';
import { until } from '../support/until.ts';

/** A gate whose store went away between the application's 2xx and the record of it. */
async function gateWithUnrecordedEvent() {
  const server = await startRedis();
  const network = await networkTo(server.port);
  const application = await startEventApplication();
  const places = await prepareGate(application.url);
  const env = {
    HOOKGATE_DUPLICATES_STORE: 'redis',
    HOOKGATE_DUPLICATES_REDIS_URL: `redis://127.0.0.1:${network.port}`,
    HOOKGATE_DUPLICATES_REDIS_TIMEOUT: '300ms',
    HOOKGATE_DRAIN_DELAY: '0s',
  };
  const gate = await startGateProcess(places, { env, stdout: 'pipe' });
  const said = gate.stdout?.setEncoding('utf8').toArray() as Promise<string[]>;
  const answer = application.answer;
  application.answer = (response, event) => {
    network.apply({ state: 'cut' });
    answer(response, event);
  };
  const body = signedEvent('payment.session.succeeded', { reference: 'accepted-without-a-record' });
  const url = `http://127.0.0.1:${places.port}/webhooks/juicyway`;
  const metric = (series: string) => readMetric(`http://127.0.0.1:${places.adminPort}`, series);
  expect((await postEvent(url, body)).status).toBe(200);
  return {
    server,
    network,
    application,
    again: () => postEvent(url, body),
    metric,
    isReady: async () => (await fetch(`http://127.0.0.1:${places.adminPort}/readyz`)).ok,
    /** Ends the gate, and gives the lines of its log. */
    async end() {
      expect(await killProcess(gate, 'SIGTERM')).toEqual([0, null]);
      const lines = (await said).join('').trim().split('\n');
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
  };
}

test('the sender is told 200, repeats are suppressed from memory, and the count and the last log tell of it', async () => {
  const { application, again, metric, end } = await gateWithUnrecordedEvent();
  expect(await metric('hookgate_unrecorded_events')).toBe(1);
  expect(await metric('hookgate_unrecorded_events_forgotten_total{reason="shutdown"}')).toBe(0);
  const repeat = await again();
  expect([repeat.status, repeat.headers.get('hookgate-duplicate')]).toEqual([200, 'true']);
  expect(application.events.length).toBe(1);
  const log = await end();
  const last = log.find(({ unrecorded }) => unrecorded !== undefined);
  const key = log.find(({ msg }) => String(msg).includes('did not record'))?.duplicateKey;
  expect(last).toMatchObject({ unrecorded: 1, duplicateKeys: [key] });
});

test('where the store is back in time, it is recorded by the end and nothing is said', async () => {
  const { server, network, isReady, end } = await gateWithUnrecordedEvent();
  network.apply({ state: 'open' });
  await until(isReady);
  const log = await end();
  expect(log.filter(({ unrecorded }) => unrecorded !== undefined)).toEqual([]);
  const [name] = (await server.ask('KEYS', 'hookgate:*')) as string[];
  expect(await server.ask('GET', String(name))).toBe('d');
});

test('where the store is back and the gate lives on, it is recorded in the background', async () => {
  const { server, network, metric } = await gateWithUnrecordedEvent();
  network.apply({ state: 'open' });
  await expect.poll(() => metric('hookgate_unrecorded_events'), { timeout: 20_000 }).toBe(0);
  const [name] = (await server.ask('KEYS', 'hookgate:*')) as string[];
  expect(await server.ask('GET', String(name))).toBe('d');
});
