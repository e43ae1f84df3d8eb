import { once } from 'node:events';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import type { Pod } from '../../src/injector/pod.ts';
import { applyJsonPatch, type PatchOperation } from '../support/apply-json-patch.ts';
import { endpointOf } from '../support/endpoint-lookup.ts';
import { bundleIn, type FakeKubernetes, fakeKubernetes } from '../support/fake-kubernetes.ts';
import { optedIn } from '../support/injection.ts';
import { reviewOf, runInjector, serviceName } from '../support/running-injector.ts';
import { until } from '../support/until.ts';

const configMap = '/api/v1/namespaces/shop/configmaps/hookgate-config';

async function cluster(): Promise<FakeKubernetes> {
  const kubernetes = await fakeKubernetes();
  kubernetes.put(configMap, {});
  return kubernetes;
}

test('a pod that asks gets the patch, over HTTPS that the webhook trusts', async () => {
  const injector = await runInjector(await cluster());
  const pod = optedIn();
  const { status, response } = await injector.review(pod);
  expect(status).toBe(200);
  expect(response).toMatchObject({ uid: 'u-1', allowed: true });
  const patch = JSON.parse(Buffer.from(response.patch ?? '', 'base64').toString()) as PatchOperation[];
  expect(endpointOf(applyJsonPatch(pod, patch) as Pod, 'http')?.container).toBe('hookgate');
  expect(await injector.metric('hookgate_injections_total{result="injected"}')).toBe(1);
});

test('a denial is a sentence, counted by its reason and kept for the admin port', async () => {
  const injector = await runInjector(await cluster());
  const { response } = await injector.review(optedIn({ spec: { hostNetwork: true } }));
  expect(response.allowed).toBe(false);
  expect(response.status?.message).toMatch(
    /^hookgate cannot guard this pod: it uses hostNetwork.*gateway shape\.$/,
  );
  expect(await injector.metric('hookgate_injection_denials_total{reason="host_network"}')).toBe(1);
  const kept = (await (await fetch(`${injector.adminUrl}/rejections`)).json()) as object[];
  expect(kept).toMatchObject([{ namespace: 'shop', pod: 'shop', reason: 'host_network' }]);
});

test('a pod that does not ask is let through as it is', async () => {
  const injector = await runInjector(await cluster());
  const { response } = await injector.review({ ...optedIn(), metadata: { name: 'other' } });
  expect(response).toEqual({ uid: 'u-1', allowed: true });
});

const valid = JSON.stringify(reviewOf('Pod', optedIn()));
test.each([
  ['an empty body', '/inject', '', {}, 400],
  ['no JSON', '/inject', '{', {}, 400],
  ['another document', '/inject', '{"kind":"Pod"}', {}, 400],
  ['an older review', '/inject', valid.replace('k8s.io/v1', 'k8s.io/v1beta1'), {}, 400],
  ['a review without uid', '/inject', valid.replace('u-1', ''), {}, 400],
  ['a review of something else', '/inject', JSON.stringify(reviewOf('Secret', {})), {}, 400],
  [
    'a review of a deletion',
    '/inject',
    JSON.stringify(reviewOf('Pod', optedIn(), 'shop', 'DELETE')),
    {},
    400,
  ],
  [
    'a pod without containers',
    '/inject',
    JSON.stringify(reviewOf('Pod', { metadata: {}, spec: {} })),
    {},
    400,
  ],
  ['no JSON by its type', '/inject', valid, { 'content-type': 'text/plain' }, 415],
  ['another path', '/', valid, {}, 404],
  ['a property of every object', '/constructor', valid, {}, 404],
  ['too much', '/inject', 'x'.repeat(9 * 1024 * 1024), {}, 413],
])('%s is an error and never an allow', async (_what, path, body, headers, status) => {
  const injector = await runInjector(await cluster());
  // What is too large is cut off; the answer may be lost in it, and that is an error for the API server too.
  const answer = await injector.call(path, body, headers).catch((error: NodeJS.ErrnoException) => {
    if (status !== 413 || !['EPIPE', 'ECONNRESET'].includes(error.code ?? '')) throw error;
    return { status, text: '' };
  });
  expect(answer.status).toBe(status);
  expect(answer.text).not.toContain('"allowed":true');
  await expect.poll(() => injector.metric('hookgate_injection_malformed_requests_total')).toBe(1);
});

test('a namespace without the ConfigMap is told so; one that may not be asked about is given the benefit', async () => {
  const kubernetes = await cluster();
  const injector = await runInjector(kubernetes);
  const { response } = await injector.review(optedIn(), 'billing');
  expect(response.status?.message).toMatch(
    /namespace billing has no ConfigMap called hookgate-config.*sidecar\.namespaces/,
  );
  kubernetes.forbidden.add('/api/v1/namespaces/billing/configmaps/hookgate-config');
  expect((await injector.review(optedIn(), 'billing')).response.allowed).toBe(true);
});

test('a moved application behind a Service that publishes unready addresses is denied', async () => {
  const kubernetes = await cluster();
  const injector = await runInjector(kubernetes);
  const service = (name: string, selector: object | undefined, publishNotReadyAddresses: boolean) => ({
    metadata: { name },
    spec: { selector, publishNotReadyAddresses },
  });
  const items = [
    service('headless', { app: 'shop' }, true),
    service('all', undefined, true),
    service('ready', { app: 'blog' }, false),
  ];
  kubernetes.put('/api/v1/namespaces/shop/services', { items });
  const annotations = { 'hookgate.io/move-port': 'PORT=18080' };
  const denied = await injector.review(optedIn({ annotations, labels: { app: 'shop' } }));
  expect(denied.response.status?.message).toContain('Service headless has publishNotReadyAddresses');
  expect((await injector.review(optedIn({ annotations, labels: { app: 'blog' } }))).response.allowed).toBe(
    true,
  );
  // Without a move the Service finds the sidecar by name, ready or not.
  expect((await injector.review(optedIn({ labels: { app: 'shop' } }))).response.allowed).toBe(true);
});

test('an older API server gets an ordinary container', async () => {
  const kubernetes = await cluster();
  kubernetes.put('/version', { gitVersion: 'v1.31.2+k3s1' });
  const injector = await runInjector(kubernetes);
  const { response } = await injector.review(optedIn());
  const patch = JSON.parse(Buffer.from(response.patch ?? '', 'base64').toString()) as PatchOperation[];
  expect(patch.map(({ path }) => path)).toContain('/spec/containers/-');
});

test('a client that leaves within its body is no fault of the injector', async () => {
  const kubernetes = await cluster();
  const injector = await runInjector(kubernetes);
  for (const leave of ['end', 'destroy'] as const) {
    const socket = connect({
      host: '127.0.0.1',
      port: injector.injector.reviews.port,
      ca: bundleIn(kubernetes),
      servername: serviceName,
    });
    socket.on('error', () => undefined).resume();
    await once(socket, 'secureConnect');
    socket.write(
      'POST /inject HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
    // Once it has been taken up, so that the rest is missing and not the whole.
    await injector.review(optedIn());
    socket[leave]();
    await once(socket, 'close');
  }
  await until(async () => (await injector.metric('hookgate_injection_malformed_requests_total')) === 2);
  expect(await injector.metric('hookgate_injection_faults_total')).toBe(0);
});

test('the largest review that is read is 8 MiB', async () => {
  const injector = await runInjector(await cluster());
  expect((await injector.call('/inject', valid.padEnd(8 * 1024 * 1024), {})).status).toBe(200);
});
