import { expect, test } from 'vitest';
import { helmMeanwhile, installArgs, until, webhookUrl } from './support/cluster.ts';
import { startProvider } from './support/retrying-provider.ts';
import { installThreeGates } from './support/three-gates.ts';

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
});
