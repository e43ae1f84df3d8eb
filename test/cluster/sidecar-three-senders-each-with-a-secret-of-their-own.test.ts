import { expect, onTestFinished, test } from 'vitest';
import { apply, find, until } from './support/cluster.ts';
import { ask, createSidecarPlace } from './support/sidecar-place.ts';
import { waitForRollout } from './support/sidecar-pods.ts';
import { deployment, service } from './support/sidecar-workloads.ts';
import { expectNoneLost, keys, rotateUnderLoad, routes, secret } from './support/three-senders.ts';

test('one sidecar, which an annotation gives another Secret for one route, rotated under load', async () => {
  const place = await createSidecarPlace();
  onTestFinished(() => place.remove());
  const { namespace } = place;
  apply([
    secret(namespace, 'paystack-keys', { live: keys.paystack }),
    secret(namespace, 'own-stripe-keys', { live: keys.stripe }),
  ]);
  await place.install(routes((scheme) => `${scheme}-keys`));
  const guarded = deployment(namespace, 'alone', 1) as {
    spec: { template: { metadata: { annotations?: object } } };
  };
  const { metadata } = guarded.spec.template;
  metadata.annotations = { ...metadata.annotations, 'hookgate.io/keys.stripe': 'own-stripe-keys' };
  apply([guarded, service(namespace, 'alone')]);
  waitForRollout(namespace, 'deployment/alone');
  await until('its Service leads to it', 30, () => ask(namespace, 'http://alone/') === '200 application /');
  const mounted = find(
    namespace,
    ['pods', '--selector', 'app=alone'],
    '{.items[0].spec.volumes[*].secret.secretName}',
  );
  expect(mounted.split(' ').sort()).toEqual(['hookgate-keys', 'own-stripe-keys', 'paystack-keys']);
  const { sent, expected } = await rotateUnderLoad(namespace, 'alone', 'own-stripe-keys');
  expectNoneLost(sent, expected, place.arrivals());
});
