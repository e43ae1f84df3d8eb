import { expect, test } from 'vitest';
import { trustBundle } from '../../src/certificates/keep.ts';
import type { Api } from '../../src/kubernetes/api.ts';

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value: string;
}

/** An API server that has these webhooks, and keeps what it is asked to patch. */
function serverWith(webhooks: readonly object[], patched = 200) {
  const patches: Operation[][] = [];
  const api: Api = {
    async call(method, _path, body) {
      if (method === 'GET') return { status: 200, body: { webhooks } };
      patches.push(body as Operation[]);
      return { status: patched, body: { message: 'test failed' } };
    },
    close: async () => {},
  };
  return { patches, trust: () => trustBundle(api, 'mutatingwebhookconfigurations', 'hookgate', 'PEM') };
}

const pem = Buffer.from('PEM').toString('base64');

test('each write is bound to the name that stood there, in the same patch and before it', async () => {
  const { patches, trust } = serverWith([
    { name: 'trusts-it.hookgate', clientConfig: { caBundle: pem } },
    { name: 'old.hookgate', clientConfig: { caBundle: 'b2xk' } },
    { name: 'new.hookgate' },
  ]);
  expect(await trust()).toBe(true);
  expect(patches).toEqual([
    [
      { op: 'test', path: '/webhooks/1/name', value: 'old.hookgate' },
      { op: 'add', path: '/webhooks/1/clientConfig/caBundle', value: pem },
      { op: 'test', path: '/webhooks/2/name', value: 'new.hookgate' },
      { op: 'add', path: '/webhooks/2/clientConfig/caBundle', value: pem },
    ],
  ]);
});

test('nothing is written where all trust it', async () => {
  const { patches, trust } = serverWith([{ name: 'a', clientConfig: { caBundle: pem } }]);
  expect(await trust()).toBe(false);
  expect(patches).toEqual([]);
});

test('one that has moved is a failure, which is tried again', async () => {
  await expect(serverWith([{ name: 'a' }], 422).trust()).rejects.toThrow(/cannot be patched: .*test failed/);
});
