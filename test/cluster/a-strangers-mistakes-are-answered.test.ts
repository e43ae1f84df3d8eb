/** What the chart cannot see when it renders: each is answered by a sentence in the log, in the pod's state, or by helm test. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  findInGatePods,
  helm,
  installArgs,
  kubectl,
  nodeIn,
  send,
  until,
  untilRouted,
} from './support/cluster.ts';
import { createNeighbourhood, type Neighbourhood } from './support/neighbourhood.ts';

let place: Neighbourhood;

beforeAll(async () => {
  place = await createNeighbourhood();
});
afterAll(() => place?.remove());

test('a Secret that does not exist: the pod and helm test say so, and making it is enough', async () => {
  install(['keys.existingSecret=forgotten']);
  const path = '{.items[*].status.containerStatuses[*].lastState.terminated.message}';
  const said = () => findInGatePods(place.namespace, path);
  await until('the gate has ended', 60, () => said() !== '');
  expect(said()).toContain('/etc/hookgate/keys: found no key; expected one file a key, as a mounted Secret');

  const remedy = `kubectl create secret generic forgotten --namespace ${place.namespace} --from-literal=live=`;
  expect(failedTest()).toContain(`${remedy}BUSINESS_ID`);
  kubectl(`${remedy}business-one`.split(' ').slice(1));
  await untilRouted(place.namespace);
  expect(send(place.namespace, 'sender', 'at-last').status).toBe(0);
});

test.each([
  ['a Service that does not exist', 'http://nosuch.NAMESPACE.svc', /cannot be reached: getaddrinfo/],
  ['a port that nobody serves', 'http://payments.NAMESPACE.svc:81', /cannot be reached/],
])('%s for the upstream: helm test says so', (_what, url, reason) => {
  install([`upstream.url=${url.replace('NAMESPACE', place.namespace)}`, 'keys.existingSecret=forgotten']);
  const said = failedTest();
  expect(said).toMatch(reason);
  expect(said).toContain('Set upstream.url to its Service and port: http://SERVICE.NAMESPACE.svc:PORT');
});

test('a proxy in front that nobody told of: the refusal names the two settings', async () => {
  install(['keys.existingSecret=forgotten']);
  await untilRouted(place.namespace);
  const header = ['--header', `X-Forwarded-For: ${place.senderAddress}`, '--url'];
  const url = `http://hookgate.${place.namespace}.svc/webhooks/juicyway`;
  await until('a refusal is told', 60, () => {
    send(place.namespace, 'stranger', 'proxied', [...header, url]);
    const ask = `process.stdout.write(await (await fetch('http://127.0.0.1:9090/rejections')).text())`;
    const rejections = nodeIn(place.namespace, 'deployment/hookgate', ask).stdout;
    return /clientAddress\.trustedProxies must list it, with clientAddress\.from: forwarded/.test(rejections);
  });
});

/** Without waiting, since some of these never get ready. */
function install(values: readonly string[]): void {
  const args = installArgs(place.namespace, place.senderAddress, values);
  helm(args.filter((arg) => arg !== '--wait'));
}

/** What `helm test` prints, which has to fail. */
function failedTest(): string {
  try {
    helm(['test', 'hookgate', '--namespace', place.namespace, '--timeout', '60s']);
  } catch (error) {
    return String(error);
  }
  throw new Error('helm test passed');
}
