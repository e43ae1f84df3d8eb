import { expect, onTestFinished, test, vi } from 'vitest';
import { compileAddressSet } from '../../src/addresses/address-set.ts';
import { parseRange, type Range } from '../../src/addresses/range.ts';
import { createNearMisses, type NearMiss, type Refused } from '../../src/near-misses/near-misses.ts';
import type { Question } from '../../src/near-misses/search.ts';
import type { startSearchThread } from '../../src/near-misses/search-thread.ts';
import { juicywayScheme } from '../../src/schemes/juicyway-scheme.ts';

const listed = parseRange('203.0.113.0/24') as { range: Range };
const route = {
  name: 'juicyway',
  scheme: juicywayScheme(['received']),
  waysFrom: 'checksum.encodings',
  secrets: [{ name: 'primary', secret: Buffer.from('a-secret') }],
  admits: compileAddressSet([listed.range]),
} as const;
const refused = (more: Partial<Refused> = {}): Refused => ({
  requestId: 'r-1',
  address: '203.0.113.7',
  rawHeaders: [],
  body: Buffer.from('{}'),
  ...more,
});
const found = { key: 'primary', match: 'as sorted', remedy: 'Add it', line: 'checksum: {}' };

/** Near misses under a clock of the test's, with a thread that does nothing by itself. */
function scene(start?: () => never) {
  const questions: Question[] = [];
  const told: NearMiss[] = [];
  const results: string[] = [];
  const troubles: string[] = [];
  const threads: {
    answer: Parameters<typeof startSearchThread>[0];
    end: (why?: string) => void;
    ended: number;
  }[] = [];
  const clock = { ms: 0 };
  const nearMisses = createNearMisses({
    now: () => clock.ms,
    onFound: (miss) => told.push(miss),
    onSearched: (result) => results.push(result),
    onTrouble: (sentence) => troubles.push(sentence),
    startThread(answer, end) {
      start?.();
      const thread = { answer, end, ended: 0 };
      threads.push(thread);
      return {
        ask: (question) => questions.push(question),
        end: async () => (thread.ended += 1),
      };
    },
  });
  return { nearMisses, questions, told, results, troubles, threads, clock };
}

test('of thousands a second one is looked at, and none is copied besides', () => {
  const { nearMisses, questions, clock, threads } = scene();
  for (let second = 0; second < 3; second++) {
    for (let count = 0; count < 5000; count++) {
      clock.ms = second * 1000 + count / 5;
      nearMisses.consider(refused({ requestId: `${second} ${count}` }), route);
      if (count === 0) threads[0]?.answer({ kind: 'nothing' });
    }
  }
  expect(questions).toHaveLength(3);
});

test('not before the last one is answered; a thread that never answers is ended', () => {
  const { nearMisses, questions, threads, clock } = scene();
  for (clock.ms = 0; clock.ms <= 60_000; clock.ms += 500) nearMisses.consider(refused(), route);
  expect([questions.length, threads[0]?.ended]).toEqual([1, 0]);
  clock.ms = 60_001;
  nearMisses.consider(refused(), route);
  expect(threads[0]?.ended).toBe(1);
});

test('only from listed addresses, only as long as is looked at, and those cost no turn', () => {
  const { nearMisses, questions } = scene();
  const off = { ...route, admits: compileAddressSet([]) };
  nearMisses.consider(refused({ address: '198.51.100.1' }), route);
  nearMisses.consider(refused({ address: undefined }), route);
  nearMisses.consider(refused({ address: 'nonsense' }), route);
  nearMisses.consider(refused(), off);
  nearMisses.consider(refused({ body: Buffer.alloc(65_537) }), route);
  expect(questions).toEqual([]);
  nearMisses.consider(refused({ body: Buffer.alloc(65_536) }), route);
  expect(questions).toHaveLength(1);
});

test('the thread gets copies, without the memory around them, and keys of this route alone', () => {
  const { nearMisses, questions } = scene();
  const body = Buffer.from('{"event":"e"}');
  nearMisses.consider(refused({ body }), route);
  const [question] = questions;
  expect(Buffer.from(question?.body ?? []).equals(body)).toBe(true);
  expect(question?.body.buffer.byteLength).toBe(body.length);
  expect(question?.keys.map(({ name, secret }) => [name, secret.buffer.byteLength])).toEqual([
    ['primary', 8],
  ]);
  question?.body.fill(0);
  question?.keys[0]?.secret.fill(0);
  expect([body.toString(), route.secrets[0].secret.toString()]).toEqual(['{"event":"e"}', 'a-secret']);
});

test('what is found is told with the route and the request that it was found of', () => {
  const { nearMisses, told, results, threads, clock } = scene();
  nearMisses.consider(refused(), route);
  threads[0]?.answer({ kind: 'found', found });
  clock.ms = 1000;
  nearMisses.consider(refused({ requestId: 'r-2' }), route);
  threads[0]?.answer({ kind: 'nothing' });
  expect(told).toEqual([{ ...found, route: 'juicyway', requestId: 'r-1' }]);
  expect(results).toEqual(['found', 'nothing']);
});

test('what is found out after a reload was true before it, and is not told', () => {
  const { nearMisses, told, threads, clock } = scene();
  nearMisses.consider(refused(), route);
  nearMisses.disregard();
  threads[0]?.answer({ kind: 'found', found });
  expect(told).toEqual([]);
  clock.ms = 1000;
  nearMisses.consider(refused(), route);
  threads[0]?.answer({ kind: 'found', found });
  expect(told).toHaveLength(1);
});

test('a thread that ends is said and counted once, rests, and is started anew', () => {
  const { nearMisses, questions, troubles, results, threads, clock } = scene();
  nearMisses.consider(refused(), route);
  threads[0]?.end('ERR_WORKER_OUT_OF_MEMORY');
  expect(results).toEqual(['failed']);
  expect(troubles).toEqual([expect.stringContaining('ERR_WORKER_OUT_OF_MEMORY')]);
  clock.ms = 59_999;
  nearMisses.consider(refused(), route);
  expect(questions).toHaveLength(1);
  clock.ms = 60_000;
  nearMisses.consider(refused(), route);
  expect([questions.length, threads.length]).toEqual([2, 2]);
});

test('a thread that nobody asked for ten minutes is let go without a word, and the next event starts another', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { nearMisses, questions, results, threads, clock } = scene();
  nearMisses.consider(refused(), route);
  threads[0]?.answer({ kind: 'nothing' });
  vi.advanceTimersByTime(599_999);
  expect(threads[0]?.ended).toBe(0);
  vi.advanceTimersByTime(1);
  expect(threads[0]?.ended).toBe(1);
  clock.ms = 600_000;
  nearMisses.consider(refused(), route);
  threads[0]?.end();
  threads[1]?.answer({ kind: 'nothing' });
  expect([questions.length, threads.length, results]).toEqual([2, 2, ['nothing', 'nothing']]);
});

test('one that cannot be started, or fails at a question, costs no delivery', () => {
  const broken = scene(() => {
    throw new RangeError('no memory for a thread');
  });
  broken.nearMisses.consider(refused(), route);
  expect(broken.results).toEqual(['failed']);
  const { nearMisses, results, threads } = scene();
  nearMisses.consider(refused(), route);
  threads[0]?.answer({ kind: 'failed', error: 'TypeError' });
  expect(results).toEqual(['failed']);
});

test('it ends with the gate, and nothing is asked or told after that', async () => {
  const { nearMisses, questions, told, troubles, threads, clock } = scene();
  nearMisses.consider(refused(), route);
  await nearMisses.close();
  threads[0]?.answer({ kind: 'found', found });
  threads[0]?.end();
  clock.ms = 5000;
  nearMisses.consider(refused(), route);
  expect([questions.length, told, troubles, threads[0]?.ended]).toEqual([1, [], [], 1]);
});
