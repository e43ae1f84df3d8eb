import { expect, onTestFinished, test } from 'vitest';
import { apply, helm, installArgs, untilRouted } from './support/cluster.ts';
import { createNeighbourhood } from './support/neighbourhood.ts';
import { expectNoneLost, keys, rotateUnderLoad, routes, secret } from './support/three-senders.ts';

test('one gateway, each route with a Secret of its own, one of them rotated under load', async () => {
  const place = await createNeighbourhood();
  onTestFinished(() => place.remove());
  const { namespace } = place;
  apply([
    secret(namespace, 'paystack-keys', { live: keys.paystack }),
    secret(namespace, 'stripe-keys', { live: keys.stripe }),
  ]);
  helm(
    installArgs(
      namespace,
      place.senderAddress,
      routes((scheme) => `${scheme}-keys`),
    ),
  );
  await untilRouted(namespace);
  expect(helm(['test', 'hookgate', '--namespace', namespace, '--logs'])).toContain('All as promised.');
  const { sent, expected } = await rotateUnderLoad(namespace, 'hookgate', 'stripe-keys');
  expectNoneLost(sent, expected, place.arrivals());
});
