import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { runGate } from '../support/running-gate.ts';

/** Asks in exactly this spelling for what is no route of the gate. */
async function pass(port: number, path: string): Promise<number> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const asked = request({ port, path, method: 'POST', host: '127.0.0.1', agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.once('error', reject);
    asked.end('{"event":"forged"}');
  });
}

test('no path that is passed through is what the application knows as a webhook of some route', async () => {
  const application = await startEventApplication();
  const gate = await runGate(application.url, {
    otherPaths: 'passthrough',
    routes:
      '[{ name: a, path: /hooks/a }, ' +
      `{ name: b, path: /hooks/b, upstream: { url: "${application.url}/internal" } }, ` +
      `{ name: c, path: /hooks/c/, upstream: { url: "${application.url}/internal" } }]`,
  });
  const guarded = ['/internal/hooks/b', '/internal/hooks/c/', '/internal/hooks/c', '/internal/HOOKS/b'];
  const spelled = [
    '/internal//hooks/b',
    '/internal/x/../hooks/b',
    '/internal/hooks/%62',
    '/internal/hooks/b/',
  ];
  for (const path of [...guarded, ...spelled]) {
    expect(await pass(gate.port, path), path).toBeGreaterThanOrEqual(400);
  }
  expect(application.events).toEqual([]);
  for (const path of ['/internal/hooks', '/internal/other', '/b']) {
    expect(await pass(gate.port, path), path).toBe(200);
  }
});

test('a route at the root is a path like any other where only its own application has a prefix', async () => {
  const application = await startEventApplication();
  const gate = await runGate(application.url, {
    otherPaths: 'passthrough',
    routes: `[{ name: a, path: /, upstream: { url: "${application.url}/internal" } }]`,
  });
  for (const path of ['/internal', '/internal/', '/internal.json', '/internal;x/y', '/internal/below']) {
    expect(await pass(gate.port, path), path).toBe(400);
  }
  expect(application.events).toEqual([]);
  for (const path of ['/internals', '/other']) expect(await pass(gate.port, path), path).toBe(200);
});

test('also where the prefix is that of what is passed through', async () => {
  const application = await startEventApplication();
  const gate = await runGate(application.url, {
    otherPaths: 'passthrough',
    upstream: `{ url: "${application.url}/shop" }`,
    routes: `[{ name: a, path: /hooks/a }, { name: b, path: /shop/hooks/b, upstream: { url: "${application.url}" } }]`,
  });
  expect(await pass(gate.port, '/hooks/b')).toBeGreaterThanOrEqual(400);
  expect(application.events).toEqual([]);
  expect(await pass(gate.port, '/hooks/other')).toBe(200);
  expect(application.events.map(({ url }) => url)).toEqual(['/shop/hooks/other']);
});
