import { expect, onTestFinished, test } from 'vitest';
import { createAdminServer } from '../../src/server/admin.ts';

async function openAdmin(state: { ready: boolean; status?: () => object }) {
  const faults: unknown[] = [];
  const admin = createAdminServer({
    host: '127.0.0.1',
    port: 0,
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'hookgate_in_flight 0\n' }),
    ready: () => ({ ready: state.ready, checks: { store: 'open' } }),
    status: state.status ?? (() => ({ version: '1' })),
    rejections: () => [{ reason: 'checksum_mismatch' }],
    onFault: (error) => void faults.push(error),
  });
  const { port } = await admin.listen();
  onTestFinished(() => admin.close());
  return { url: `http://127.0.0.1:${port}`, faults };
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
