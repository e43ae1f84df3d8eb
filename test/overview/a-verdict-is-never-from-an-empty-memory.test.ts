import { expect, test } from 'vitest';
import { aDelivery, aScene, hourMs, juicywayRoute, startMs } from '../support/an-overview.ts';

const twoKeys = (): ReturnType<typeof aScene> => aScene([juicywayRoute], ['new', 'old']);
const verdictOn = (scene: ReturnType<typeof aScene>, name: string) =>
  scene.overview().routes[0]?.keys.find((key) => key.name === name)?.verdict;

test('the only key of a route never goes', () => {
  const scene = aScene();
  scene.clockMs = startMs + 1000 * hourMs;
  expect(verdictOn(scene, 'primary')).toEqual({
    safeToRemove: false,
    reason: 'it is the only key of the route',
  });
});

test('right after a start nothing is known, whatever the keys did before', () => {
  const scene = twoKeys();
  scene.record.add(aDelivery('forwarded', { key: 'new', atMs: startMs + hourMs }));
  scene.clockMs = startMs + 2 * hourMs;
  expect(verdictOn(scene, 'old')).toEqual({
    safeToRemove: false,
    reason:
      'not known yet: it has matched nothing since this process has it (2 h), and Juicyway tries again for 48 h',
  });
});

test('an old key may go once the new one matched and the old one was quiet for the whole window', () => {
  const scene = twoKeys();
  scene.record.add(aDelivery('forwarded', { key: 'old', atMs: startMs + hourMs }));
  scene.clockMs = startMs + 50 * hourMs;
  expect(verdictOn(scene, 'old')?.reason).toBe('not known yet: no other key has matched an event since');
  scene.record.add(aDelivery('forwarded', { key: 'new', atMs: startMs + 50 * hourMs }));
  expect(verdictOn(scene, 'old')).toEqual({
    safeToRemove: true,
    reason:
      'safe to remove: it last matched 49 h ago, longer than Juicyway tries again, and new has matched since',
  });
  expect(verdictOn(scene, 'new')?.safeToRemove).toBe(false);
});

test('a key that was taken away and came back is watched anew', () => {
  const scene = twoKeys();
  scene.clockMs = startMs + 60 * hourMs;
  scene.record.add(aDelivery('forwarded', { key: 'new', atMs: scene.clockMs }));
  scene.keep(['new']);
  scene.keep(['new', 'old']);
  expect(verdictOn(scene, 'old')?.safeToRemove).toBe(false);
});

test('a key whose file has another content under the same name is watched anew', () => {
  const scene = twoKeys();
  scene.clockMs = startMs + 60 * hourMs;
  scene.record.add(aDelivery('forwarded', { key: 'new', atMs: scene.clockMs }));
  expect(verdictOn(scene, 'old')?.safeToRemove).toBe(true);
  scene.keep(
    new Map([
      ['new', 'as it was'],
      ['old', 'the next one'],
    ]),
  );
  expect(verdictOn(scene, 'old')?.safeToRemove).toBe(false);
  expect(verdictOn(scene, 'new')?.reason).not.toContain('nothing');
});

const watching = { ...juicywayRoute, allowlist: { mode: 'observe', entries: 1 } as const };
const readiness = (scene: ReturnType<typeof aScene>) => scene.overview().routes[0]?.watching[0];

test('a check is ready to enforce once it watched real events for the whole window and would have refused none', () => {
  const scene = aScene([watching]);
  expect(readiness(scene)?.verdict).toEqual({
    ready: false,
    reason: 'not known yet: no signed event has come',
  });
  scene.record.add(aDelivery('forwarded'));
  scene.clockMs = startMs + 47 * hourMs;
  expect(readiness(scene)?.verdict).toEqual({
    ready: false,
    reason: 'not known yet: watched for 47 h of the 48 h in which Juicyway tries again',
  });
  scene.clockMs = startMs + 49 * hourMs;
  expect(readiness(scene)?.verdict).toEqual({
    ready: true,
    reason: 'ready to enforce: it would have refused none of 1 event in 49 h',
  });
});

test('one that would have refused something is not, and a change of the checks begins anew', () => {
  const scene = aScene([watching]);
  scene.record.add(aDelivery('forwarded', { wouldReject: ['address_not_allowed'] }));
  scene.clockMs = startMs + 100 * hourMs;
  expect(readiness(scene)).toMatchObject({ wouldHaveRefused: 1, verdict: { ready: false } });
  scene.routes = [{ ...watching, checksum: { mode: 'observe' } }];
  scene.keep();
  expect(readiness(scene)).toMatchObject({
    wouldHaveRefused: 0,
    since: new Date(scene.clockMs).toISOString(),
  });
});
