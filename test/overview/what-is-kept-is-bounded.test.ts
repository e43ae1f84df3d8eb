import { expect, test } from 'vitest';
import { keptDeliveries } from '../../src/overview/record.ts';
import { aDelivery, aScene, juicywayRoute } from '../support/an-overview.ts';

const watching = { ...juicywayRoute, allowlist: { mode: 'observe', entries: 0 } as const };

test('the latest deliveries, the newest first', () => {
  const scene = aScene();
  for (let count = 0; count < 1000; count++)
    scene.record.add(aDelivery('forwarded', { requestId: String(count) }));
  const { deliveries } = scene.overview();
  expect(deliveries).toHaveLength(keptDeliveries);
  expect(deliveries.at(0)?.requestId).toBe('999');
  expect(deliveries.at(-1)?.requestId).toBe(String(1000 - keptDeliveries));
});

test('as many unlisted senders as have a place; the rest is counted', () => {
  const scene = aScene([watching]);
  for (let count = 0; count < 500; count++) {
    const address = `2001:db8::${count.toString(16)}`;
    scene.record.add(aDelivery('forwarded', { address, wouldReject: ['address_not_allowed'] }));
  }
  const { senders, sendersLeftOut } = scene.overview();
  expect([senders.length, sendersLeftOut]).toEqual([200, 300]);
});

test('a route that is gone takes what was kept of it along', () => {
  const scene = aScene([watching]);
  scene.record.add(aDelivery('forwarded', { wouldReject: ['address_not_allowed'] }));
  scene.routes = [];
  scene.keep();
  expect(scene.record.routes.size).toBe(0);
  expect([...scene.record.senders]).toEqual([]);
});
