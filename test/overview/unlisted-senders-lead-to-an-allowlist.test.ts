import { expect, test } from 'vitest';
import { suggestionText } from '../../src/overview/terminal.ts';
import { aDelivery, aScene, juicywayRoute, startMs } from '../support/an-overview.ts';

const watching = { ...juicywayRoute, allowlist: { mode: 'observe', entries: 0 } as const };
const unlisted = { wouldReject: ['allowlist_empty'] };

test('an address whose events verify is told with the lines to copy', () => {
  const scene = aScene([watching]);
  scene.record.add(aDelivery('forwarded', unlisted));
  scene.record.add(aDelivery('duplicate', { ...unlisted, atMs: startMs + 5000 }));
  expect(scene.overview().senders).toEqual([
    {
      route: 'juicyway',
      address: '203.0.113.7',
      events: 2,
      first: '2026-01-10T12:00:00.000Z',
      last: '2026-01-10T12:00:05.000Z',
      yaml: '- { address: "203.0.113.7", note: "seen with a valid signature on route juicyway" }',
      values:
        'allowlist: { addresses: [{ address: "203.0.113.7", note: "seen with a valid signature on route juicyway" }] }',
    },
  ]);
});

test('not one whose signature does not hold, nor one that is listed', () => {
  const scene = aScene([watching]);
  scene.record.add(aDelivery('rejected', { ...unlisted, key: undefined, event: undefined }));
  scene.record.add(aDelivery('forwarded'));
  expect(scene.overview().senders).toEqual([]);
});

test('never where the signature does not cover the body', () => {
  const scene = aScene([{ ...watching, signsBody: false }]);
  scene.record.add(aDelivery('forwarded', unlisted));
  expect(scene.overview().senders).toEqual([]);
});

test('each stands in the block of its own route, and none in that of another', () => {
  const scene = aScene([watching, { ...watching, name: 'stripe' }]);
  scene.record.add(aDelivery('forwarded', unlisted));
  scene.record.add(aDelivery('forwarded', { ...unlisted, route: 'stripe', address: '198.51.100.20' }));
  const blocks = suggestionText(scene.overview())
    .split(/^# For the allowlist of route (\w+):$/m)
    .slice(1);
  expect(blocks).toEqual([
    'juicyway',
    expect.stringMatching(/^\naddresses:\n {2}- \{ address: "203\.0\.113\.7".*\n$/),
    'stripe',
    expect.stringMatching(/^\naddresses:\n {2}- \{ address: "198\.51\.100\.20".*$/),
  ]);
});
