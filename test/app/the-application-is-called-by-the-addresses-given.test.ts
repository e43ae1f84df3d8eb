import { once } from 'node:events';
import type { Server } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { loadConfig } from '../../src/config/load-config.ts';
import { startPlainApplication } from '../support/plain-application.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';

test('deliveries, passed requests and upgrades reach it, under the name of the URL', async () => {
  const application = await startPlainApplication();
  const sockets = new WebSocketServer({ server: application.server as Server });
  onTestFinished(() => sockets.close());
  const { port } = new URL(application.url);
  // The first address has nobody, as on a pod whose application listens on one family.
  const upstream = `{ url: "http://app.invalid:${port}", addresses: ["::1", 127.0.0.1] }`;
  const gate = await runGate('', { otherPaths: 'passthrough', upstream });

  expect((await gate.post(signedEvent('payment.completed', '{"id":1}'))).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${gate.port}/other`)).status).toBe(200);
  const socket = new WebSocket(`ws://127.0.0.1:${gate.port}/socket`);
  await once(socket, 'open');
  socket.close();
});

test('an application on loopback alone is named, and the gate is not ready', async () => {
  const application = await startPlainApplication();
  const { port } = new URL(application.url);
  const upstream = `{ url: "http://127.0.0.1:${port}", addresses: [127.0.0.2, 127.0.0.3] }`;
  const gate = await runGate('', { upstream });

  const response = await fetch(`${gate.adminUrl}/readyz`);

  const { checks } = (await response.json()) as { checks: Record<string, { ok: boolean; detail: string }> };
  expect(response.status).toBe(503);
  expect(checks.application).toEqual({
    ok: false,
    detail:
      `the application answers on 127.0.0.1 port ${port} and not on 127.0.0.2 or 127.0.0.3: let it listen on every ` +
      'address, or annotate the pod with hookgate.io/upstream: loopback',
  });
});

test('an application that answers nowhere, or on one of the addresses, is no reason to be unready', async () => {
  const application = await startPlainApplication();
  const { port } = new URL(application.url);
  const down = await runGate('', { upstream: '{ url: "http://127.0.0.1:9", addresses: [127.0.0.2] }' });
  const half = await runGate('', { upstream: `{ url: "http://a:${port}", addresses: ["::1", 127.0.0.1] }` });
  for (const gate of [down, half]) expect((await fetch(`${gate.adminUrl}/readyz`)).status).toBe(200);
});

test('they come from the environment as the downward API writes them', () => {
  const addressesOf = (text: string) => {
    const env = {
      HOOKGATE_UPSTREAM_URL: 'http://app',
      HOOKGATE_PATH: '/hook',
      HOOKGATE_UPSTREAM_ADDRESSES: text,
    };
    const loaded = loadConfig({ env, flags: {}, defaultFile: '/nowhere' });
    return loaded.kind === 'ok'
      ? loaded.config.upstream.addresses
      : loaded.problems.map(({ expected }) => expected);
  };
  expect(addressesOf('10.0.0.1,fd00::1')).toEqual(['10.0.0.1', 'fd00::1']);
  expect(addressesOf('')).toEqual([]);
  for (const wrong of ['app', '10.0.0.0/8', '127.1', 'fe80::1%eth0', '10.0.0.1,'])
    expect(addressesOf(wrong)).toEqual(['expected an IP address, such as 10.0.0.1 or fd00::1']);
});
