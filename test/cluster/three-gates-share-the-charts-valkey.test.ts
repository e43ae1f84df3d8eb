import { expect, test } from 'vitest';
import { find, gateSelector, kubectl, webhookUrl } from './support/cluster.ts';
import { startProvider } from './support/retrying-provider.ts';
import { installThreeGates } from './support/three-gates.ts';

const minutesOfDeletions = 2;
const betweenDeletionsMs = 4000;

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
});
