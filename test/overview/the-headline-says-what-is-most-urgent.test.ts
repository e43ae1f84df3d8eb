import { expect, test } from 'vitest';
import { aDelivery, aScene, hourMs, juicywayRoute, startMs } from '../support/an-overview.ts';

test('all is delivered', () => {
  const scene = aScene();
  for (let count = 0; count < 12; count++) scene.record.add(aDelivery('forwarded'));
  expect(scene.overview().headline).toEqual({
    level: 'good',
    sentence: 'Guarding 1 route. 12 events in the last hour, all delivered.',
  });
});

test('nothing came', () => {
  expect(aScene().overview().headline).toEqual({
    level: 'good',
    sentence: 'Guarding 1 route. No event in the last hour.',
  });
});

test('the application does not accept, and the sender gives up at some time', () => {
  const scene = aScene();
  scene.undelivered = { juicyway: { count: 4, seconds: 2 * 3600 } };
  scene.record.add(aDelivery('upstream_refused'));
  expect(scene.overview().headline).toEqual({
    level: 'bad',
    sentence:
      'The application has not accepted 4 events for 2 h; Juicyway gives up in 46 h. Guarding 1 route. ' +
      '1 attempt in the last hour, 1 of them not accepted by the application.',
  });
});

test('a sender that never tries again is said to be one', () => {
  const scene = aScene([{ ...juicywayRoute, sender: 'GitHub', triesAgainForMs: 0 }]);
  scene.undelivered = { juicyway: { count: 1, seconds: 60 } };
  expect(scene.overview().headline.sentence).toContain('GitHub does not try again by itself.');
});

test('what only watches is a warning, and so is what was refused told', () => {
  const scene = aScene([{ ...juicywayRoute, allowlist: { mode: 'observe', entries: 0 } }]);
  scene.record.add(aDelivery('rejected', { key: undefined, event: undefined, reason: 'checksum_mismatch' }));
  const { level, sentence } = scene.overview().headline;
  expect(level).toBe('warning');
  expect(sentence).toContain('No event in the last hour; 1 delivery refused.');
  expect(sentence).toContain('Every address is let in on juicyway: the allowlist is not enforced.');
});

test('an hour later it is not the last hour any more, and three hours later not drawn', () => {
  const scene = aScene();
  scene.record.add(aDelivery('forwarded'));
  const drawn = (): number =>
    scene.overview().routes[0]?.perMinute.forwarded.reduce((sum, count) => sum + count, 0) ?? 0;
  scene.clockMs = startMs + hourMs;
  expect(scene.overview().headline.sentence).toContain('No event in the last hour');
  expect(drawn()).toBe(1);
  scene.clockMs = startMs + 3 * hourMs;
  expect(drawn()).toBe(0);
});

test('a route whose allowlist is empty takes nothing, though others do', () => {
  const empty = { ...juicywayRoute, name: 'sandbox', allowlist: { mode: 'enforce', entries: 0 } } as const;
  expect(aScene([juicywayRoute, empty]).overview().headline).toEqual({
    level: 'bad',
    sentence:
      'The allowlist of sandbox is empty: each of its events is refused. Guarding 2 routes. No event in the last hour.',
  });
});

test('what a listed sender sent and the gate refused is no everyday matter; what strangers sent is', () => {
  const scene = aScene();
  const refused = (reason: string, atMs = startMs) =>
    scene.record.add(aDelivery('rejected', { key: undefined, event: undefined, reason, atMs }));
  refused('address_not_allowed');
  refused('checksum_mismatch', startMs - hourMs);
  expect(scene.overview().headline.level).toBe('good');
  refused('checksum_mismatch');
  refused('checksum_mismatch');
  refused('malformed_body');
  const { level, sentence } = scene.overview().headline;
  expect(level).toBe('warning');
  expect(sentence).toContain(
    '3 deliveries of listed senders refused on juicyway: malformed_body, checksum_mismatch.',
  );
});

test('a sentence of the store ends with one full stop', () => {
  const scene = aScene();
  scene.failing = ['store: The disk is full; make room.'];
  expect(scene.overview().headline.sentence).toContain(
    'Not ready: store: The disk is full; make room. Guarding',
  );
});
