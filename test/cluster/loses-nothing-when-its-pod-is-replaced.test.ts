import { expect, onTestFinished, test } from 'vitest';
import {
  findInGatePods,
  gateSelector,
  helm,
  helmMeanwhile,
  installArgs,
  kubectl,
  until,
  webhookUrl,
} from './support/cluster.ts';
import { createNeighbourhood, type Neighbourhood } from './support/neighbourhood.ts';
import { type SenderReport, startProvider } from './support/retrying-provider.ts';
import { createNodeVolume } from './support/volume-on-the-node.ts';

test('an upgrade and a killed pod under load, the store in an emptyDir: nothing is lost', async () => {
  const place = await createNeighbourhood();
  onTestFinished(() => place.remove());
  await replacePods(place, 'emptyDir', []);
});

test('the same with the store on a volume: nothing is lost, and nothing arrives twice', async () => {
  const place = await createNeighbourhood();
  onTestFinished(() => place.remove());
  const volume = createNodeVolume(`${place.namespace}-store`, place.node);
  onTestFinished(() => volume.remove());
  const repeats = await replacePods(place, 'PersistentVolumeClaim', volume.values);
  expect(repeats).toBe(0);
});

/** Gives how many events arrived more than once. */
async function replacePods(place: Neighbourhood, store: string, values: readonly string[]): Promise<number> {
  const { namespace, senderAddress } = place;
  const url = webhookUrl(namespace);
  helm(installArgs(namespace, senderAddress, values));
  const before = podsOfGate(namespace);

  const duringUpgrade = startProvider(namespace, url, 'upgrade-');
  await until('events arrive', 60, () => Object.keys(place.arrivals()).length > 50);
  await helmMeanwhile(installArgs(namespace, senderAddress, [...values, 'podAnnotations.upgrade=second']));
  const upgraded = podsOfGate(namespace);
  expect(upgraded).not.toBe(before);
  const first = figures(place, `${store}, upgrade`, await duringUpgrade.finish());

  const duringKill = startProvider(namespace, url, 'kill-');
  const sofar = Object.keys(place.arrivals()).length;
  await until('events arrive', 60, () => Object.keys(place.arrivals()).length > sofar + 50);
  const kill = ['delete', 'pod', '--grace-period=0', '--force', '--wait=false'];
  kubectl([...kill, '--namespace', namespace, '--selector', gateSelector]);
  await until(
    'another pod is ready',
    180,
    () => !ready(namespace).includes(upgraded) && ready(namespace) !== '',
  );
  const second = figures(place, `${store}, killed pod`, await duringKill.finish());

  // The same references again, as from a provider that never saw the answers.
  const again = await startProvider(namespace, url, 'upgrade-').finish();
  const forgotten = figures(place, `${store}, accepted before and sent again`, again);
  return Math.max(first, forgotten) + second;
}

function figures(
  place: Neighbourhood,
  what: string,
  { sent, accepted, attempts, gapMs }: SenderReport,
): number {
  const arrivals = place.arrivals();
  const lost = sent.filter((reference) => arrivals[reference] === undefined);
  const falseAccepted = accepted.filter((reference) => arrivals[reference] === undefined);
  const repeats = sent.filter((reference) => (arrivals[reference] ?? 0) > 1);
  console.log(
    `${what}: ${sent.length} sent, ${accepted.length} accepted, ${lost.length} lost, ${falseAccepted.length} false 2xx, ` +
      `gap ${gapMs} ms, ${repeats.length} repeats, attempts ${JSON.stringify(attempts)}`,
  );
  expect(sent.length).toBeGreaterThanOrEqual(20);
  expect(accepted.length).toBe(sent.length);
  expect(lost).toEqual([]);
  expect(falseAccepted).toEqual([]);
  return repeats.length;
}

function podsOfGate(namespace: string): string {
  return findInGatePods(namespace, '{range .items[*]}{.metadata.uid} {end}').trim();
}

/** The identities of the gate's pods that are ready. */
function ready(namespace: string): string {
  const path = '{range .items[*]}{.metadata.uid}={.status.conditions[?(@.type=="Ready")].status} {end}';
  return findInGatePods(namespace, path)
    .split(' ')
    .filter((pod) => pod.endsWith('=True'))
    .join(' ');
}
