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

const nearMiss = {
  route: 'juicyway',
  requestId: 'request-1',
  key: 'primary',
  match: 'Nearest match: key primary, data encoded as sorted-top.',
  remedy: 'Add sorted-top',
  line: 'checksum: { encodings: [sorted-top] }',
};

test('near misses: one of a kind, the latest fifty, the latest first', () => {
  const scene = aScene();
  for (let count = 0; count < 200; count++) {
    scene.clockMs += 1000;
    scene.record.addNearMiss({ ...nearMiss, match: `Nearest match ${count}` });
    scene.record.addNearMiss({ ...nearMiss, requestId: `request-${count}` });
  }
  const { nearMisses } = scene.overview();
  expect(nearMisses).toHaveLength(50);
  expect(nearMisses.find(({ match }) => match === nearMiss.match)).toMatchObject({
    found: 200,
    requestId: 'request-199',
    first: '2026-01-10T12:00:01.000Z',
    last: '2026-01-10T12:03:20.000Z',
  });
});

test('a near miss goes with its route, and once the scheme or the keys are others', () => {
  for (const change of [
    (scene: ReturnType<typeof aScene>) => (scene.signing = 'otherwise'),
    (scene: ReturnType<typeof aScene>) => (scene.routes = []),
  ]) {
    const scene = aScene();
    scene.record.addNearMiss(nearMiss);
    scene.keep();
    expect(scene.overview().nearMisses).toHaveLength(1);
    change(scene);
    scene.keep();
    expect(scene.overview().nearMisses).toEqual([]);
  }
});
