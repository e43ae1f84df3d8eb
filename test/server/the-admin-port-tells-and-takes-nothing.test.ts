import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createAdminServer } from '../../src/server/admin.ts';
import { shareMaking } from '../../src/server/shared-making.ts';
import { openRaw } from '../support/raw-http.ts';

async function openAdmin(state: { ready: boolean; status?: () => object; hosts?: () => string[] }) {
  const faults: unknown[] = [];
  const admin = createAdminServer({
    host: '127.0.0.1',
    port: 0,
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'hookgate_in_flight 0\n' }),
    ready: () => ({ ready: state.ready, checks: { store: 'open' } }),
    status: state.status ?? (() => ({ version: '1' })),
    hosts: state.hosts ?? (() => []),
    rejections: () => [{ reason: 'checksum_mismatch' }],
    onFault: (error) => void faults.push(error),
  });
  const { port } = await admin.listen();
  onTestFinished(() => admin.close());
  return { url: `http://127.0.0.1:${port}`, port, faults };
}

test('each page answers, with a query too', async () => {
  const { url } = await openAdmin({ ready: true });

  const metrics = await fetch(`${url}/metrics?name=x`);
  expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4');
  expect(await metrics.text()).toBe('hookgate_in_flight 0\n');
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  expect(await (await fetch(`${url}/status`)).json()).toEqual({ version: '1' });
  expect(await (await fetch(`${url}/rejections`)).json()).toEqual([{ reason: 'checksum_mismatch' }]);
});

test('readiness is 200 or 503, with its checks', async () => {
  const state = { ready: true };
  const { url } = await openAdmin(state);

  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  state.ready = false;
  const unready = await fetch(`${url}/readyz`);

  expect(unready.status).toBe(503);
  expect(await unready.json()).toEqual({ ready: false, checks: { store: 'open' } });
});

test('HEAD has no body, other methods are 405, other paths 404', async () => {
  const { url } = await openAdmin({ ready: true });

  const head = await fetch(`${url}/metrics`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  const post = await fetch(`${url}/metrics`, { method: 'POST', body: 'x' });
  expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  expect((await fetch(`${url}/`)).status).toBe(404);
  expect((await fetch(`${url}/metrics/`)).status).toBe(404);
});

test('a page that fails is a 500 without the error', async () => {
  const { url, faults } = await openAdmin({
    ready: true,
    status: () => {
      throw new Error('secret');
    },
  });

  const failed = await fetch(`${url}/status`);

  expect(failed.status).toBe(500);
  expect(await failed.text()).not.toContain('secret');
  expect(faults).toHaveLength(1);
});

const asking = 'GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n';

test('of fifty requests that come in one piece the first has its page, and the connection ends', async () => {
  let made = 0;
  const { port } = await openAdmin({ ready: true, status: () => ({ made: ++made }) });
  const client = await openRaw(port);
  client.send(asking.repeat(50));
  await once(client.socket, 'close');
  expect(client.statuses).toEqual([200, 429]);
  expect(made).toBe(1);
});

test('a stranger who holds as many connections as there may be keeps no probe out', async () => {
  const { url, port } = await openAdmin({ ready: true });
  const held = await Promise.all(Array.from({ length: 300 }, () => openRaw(port)));

  expect((await fetch(`${url}/livez`)).status).toBe(200);

  await expect.poll(() => held.filter(({ closed }) => !closed).length).toBeLessThan(257);
});

test('a connection serves one request after the other', async () => {
  const { port } = await openAdmin({ ready: true });
  const client = await openRaw(port);
  for (let number = 1; number <= 5; number++) {
    client.send(asking);
    expect(await client.answers(number)).toEqual(Array.from({ length: number }, () => 200));
  }
});

test('all who ask while a page is being made have that one, on whichever connection', async () => {
  const { promise: haveAsked, resolve: lastHasAsked } = Promise.withResolvers<void>();
  let asked = 0;
  let made = 0;
  const { port } = await openAdmin({
    ready: true,
    async status() {
      made += 1;
      await haveAsked;
      return { made };
    },
    hosts() {
      asked += 1;
      if (asked === 20) lastHasAsked();
      return [];
    },
  });
  const clients = await Promise.all(Array.from({ length: 20 }, () => openRaw(port)));
  for (const client of clients) client.send(asking);
  for (const client of clients) expect(await client.answers(1)).toEqual([200]);
  expect(made).toBe(1);
});

test('what is made in one turn of the event loop is made once, and a failure too', async () => {
  let made = 0;
  const make = shareMaking((name: string) => {
    made += 1;
    if (name === 'bad') throw new Error('bad');
    return made;
  });
  for (const name of ['good', 'bad']) {
    made = 0;
    await Promise.allSettled([make(name), make(name)]);
    await make(name).catch(() => undefined);
    expect(made).toBe(1);
    await nextTurn();
    await make(name).catch(() => undefined);
    expect(made).toBe(2);
    await nextTurn();
  }
});
