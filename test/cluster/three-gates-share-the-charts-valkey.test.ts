import { expect, onTestFinished, test } from 'vitest';
import {
  apply,
  find,
  gateSelector,
  helm,
  helmMeanwhile,
  installArgs,
  kubectl,
  until,
  untilRouted,
  webhookUrl,
} from './support/cluster.ts';
import { valkeyImage } from './support/image.ts';
import { createNeighbourhood } from './support/neighbourhood.ts';
import { startProvider } from './support/retrying-provider.ts';
import { createNodeVolume } from './support/volume-on-the-node.ts';

const minutesOfDeletions = 2;
const betweenDeletionsMs = 4000;

/** Three gates and the chart's Valkey, with a volume on the node; removed with the test. */
async function installThreeGates() {
  const place = await createNeighbourhood();
  onTestFinished(() => place.remove());
  const volume = createNodeVolume(`${place.namespace}-valkey`, place.node);
  onTestFinished(() => volume.remove());
  const { namespace } = place;
  apply([
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'hookgate-valkey', namespace },
      stringData: { password: 'a-password-of-this-test' },
    },
  ]);
  const values = [
    'replicaCount=3',
    'duplicates.store=redis',
    'valkey.enabled=true',
    `valkey.image=${valkeyImage}`,
    'valkey.existingSecret=hookgate-valkey',
    'valkey.size=1Gi',
  ];
  helm(installArgs(namespace, place.senderAddress, values));
  await untilRouted(namespace);
  return { place, namespace, values };
}

test('three upgrades of three gates under load: every request of a sender is answered 200', async () => {
  const { place, namespace, values } = await installThreeGates();
  const provider = startProvider(namespace, webhookUrl(namespace), 'upgraded-');
  await until('events arrive', 60, () => Object.keys(place.arrivals()).length > 20);
  for (const upgrade of ['first', 'second', 'third']) {
    const changed = [...values, `podAnnotations.upgrade=${upgrade}`];
    await helmMeanwhile(installArgs(namespace, place.senderAddress, changed));
  }
  const { sent, accepted, attempts, gapMs } = await provider.finish();
  const arrivals = place.arrivals();
  const lost = sent.filter((reference) => arrivals[reference] === undefined);
  const repeats = sent.filter((reference) => (arrivals[reference] ?? 0) > 1);
  console.log(
    `three gates, three upgrades: ${sent.length} sent, ${accepted.length} answered 200, ${lost.length} lost, ` +
      `${repeats.length} repeats, longest stall ${gapMs} ms, attempts ${JSON.stringify(attempts)}`,
  );
  expect(lost).toEqual([]);
  expect(repeats).toEqual([]);
  expect(attempts).toEqual({ 200: sent.length });
}, 420_000);

test('three gates and the Valkey of the chart, pods deleted at random under load: nothing lost, few repeats', async () => {
  const { place, namespace } = await installThreeGates();

  const provider = startProvider(namespace, webhookUrl(namespace), 'shared-');
  const endsAt = Date.now() + minutesOfDeletions * 60_000;
  const deleted = { gates: 0, valkey: 0 };
  for (let round = 0; Date.now() < endsAt; round++) {
    // Every fourth time it is the store that goes.
    const kind = round % 4 === 3 ? 'valkey' : 'gates';
    const selector = kind === 'valkey' ? 'app.kubernetes.io/component=valkey' : gateSelector;
    const names = find(namespace, ['pods', '--selector', selector], '{.items[*].metadata.name}').split(' ');
    const name = names[Math.floor(Math.random() * names.length)] as string;
    const force = Math.random() < 0.5 ? ['--grace-period=0', '--force'] : [];
    kubectl([
      'delete',
      'pod',
      name,
      '--namespace',
      namespace,
      '--wait=false',
      '--ignore-not-found',
      ...force,
    ]);
    deleted[kind] += 1;
    await new Promise((resolve) => setTimeout(resolve, betweenDeletionsMs));
  }
  const { sent, accepted, attempts, gapMs } = await provider.finish();
  const arrivals = place.arrivals();
  const lost = sent.filter((reference) => arrivals[reference] === undefined);
  const repeats = sent.reduce((sum, reference) => sum + Math.max(0, (arrivals[reference] ?? 0) - 1), 0);
  console.log(
    `three gates, pods deleted ${JSON.stringify(deleted)}: ${sent.length} sent, ${accepted.length} answered 200, ` +
      `${lost.length} lost, ${repeats} repeats, longest stall ${gapMs} ms, attempts ${JSON.stringify(attempts)}`,
  );
  expect(lost).toEqual([]);
  expect(accepted.length).toBe(sent.length);
  // At most what one gate had in flight can be repeated by its death: the sender has a few dozen open at once.
  expect(repeats).toBeLessThanOrEqual(deleted.gates * 5);
  const again = await startProvider(namespace, webhookUrl(namespace), 'shared-').finish();
  const after = place.arrivals();
  const forgotten = again.sent.filter((reference) => (after[reference] ?? 0) > (arrivals[reference] ?? 0));
  console.log(`sent again: ${again.sent.length}, forgotten ${forgotten.length}`);
  expect(forgotten).toEqual([]);
}, 420_000);
