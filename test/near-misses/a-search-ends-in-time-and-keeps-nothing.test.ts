import { createHmac, randomBytes } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import * as writing from '../../src/json/write-way.ts';
import { createSearch, type Question } from '../../src/near-misses/search.ts';
import { startSearchThread } from '../../src/near-misses/search-thread.ts';
import type { FromThread } from '../../src/near-misses/search-worker.ts';
import { compileScheme } from '../../src/schemes/compile.ts';
import { juicywayScheme } from '../../src/schemes/juicyway-scheme.ts';
import { custom } from '../../src/schemes/profiles/custom.ts';

vi.mock('../../src/json/write-way.ts', { spy: true });

const secret = 'a-business-id-of-a-test';
const signed = (data: string, over: string): string =>
  `{"event":"e","data":${data},"checksum":"${createHmac('sha256', secret).update(`e|${over}`).digest('hex')}"}`;
const question = (body: string): Question => ({
  scheme: juicywayScheme(['received', 'compact', 'sorted']),
  waysFrom: 'checksum.encodings',
  keys: [
    { name: 'other', secret: Uint8Array.from(Buffer.from('another-one')) },
    { name: 'primary', secret: Uint8Array.from(Buffer.from(secret)) },
  ],
  rawHeaders: [],
  body: Uint8Array.from(Buffer.from(body)),
});
const pythons = signed('{"b":1,"a":"é"}', '{"a": "\\u00e9", "b": 1}');
const line = 'checksum: { encodings: [received, compact, sorted, sorted+spaced+ascii] }';

/** A clock that goes on by a millisecond whenever somebody looks at it. */
function countedLooks() {
  const clock = { looks: 0, now: () => clock.looks++ };
  return clock;
}

test('it finds the way and the key, and says what explain says', () => {
  expect(createSearch(1, () => 0)(question(pythons))).toMatchObject({ key: 'primary', line });
});

test('the copies of body and keys are wiped, found or not', () => {
  for (const body of [pythons, '{', signed('{}', '{"other":1}')]) {
    const asked = question(body);
    createSearch(5, countedLooks().now)(asked);
    for (const bytes of [asked.body, ...asked.keys.map((key) => key.secret)])
      expect(bytes.every((byte) => byte === 0)).toBe(true);
  }
});

const hostile: Record<string, string> = {
  'one long name': `{"${'é'.repeat(30_000)}":1}`,
  'many names': `{${Array.from({ length: 5000 }, (_, index) => `"k${(index * 7919) % 5000}":1`).join(',')}}`,
  'depth and width': `{"a":${'['.repeat(60)}${'1,'.repeat(30_000)}1${']'.repeat(60)}}`,
  escapes: `{"a":"${'\\u00e9'.repeat(10_000)}"}`,
  'many strings': `{"a":[${Array.from({ length: 15_000 }, () => '"/"').join(',')}]}`,
  surrogates: `{${Array.from({ length: 2500 }, (_, index) => `"\\ud83d\\ude00${index}":1`).join(',')}}`,
};

test.each(Object.entries(hostile))(
  'it stops when its time is over, whatever the body holds: %s',
  (_name, data) => {
    const clock = countedLooks();
    expect(createSearch(5, clock.now)(question(signed(data, '{}')))).toBe(undefined);
    // The start, five milliseconds, and one look more.
    expect(clock.looks).toBeLessThanOrEqual(8);
  },
);

test.each(['ed25519', 'equals'] as const)(
  'the time is that of other schemes: %s, with many keys and tags',
  (algorithm) => {
    const message = algorithm === 'equals' ? '' : custom.message;
    const settings = { ...custom, signature: 'header:X-S#v', algorithm, key: 'hex', message };
    const compiled = compileScheme(custom, settings);
    if (compiled.kind !== 'scheme') throw new Error(compiled.problems[0]?.expected);
    const keys = Array.from({ length: 32 }, (_, index) => ({
      name: `key-${index}`,
      secret: Uint8Array.from(Buffer.from(randomBytes(32).toString('hex'))),
    }));
    const tags = Array.from({ length: 16 }, () => `v=a=${randomBytes(64).toString('hex')}`).join();
    const clock = countedLooks();
    const asked = { ...question('{}'), scheme: compiled.scheme, keys, rawHeaders: ['X-S', tags] };
    expect(createSearch(5, clock.now)(asked)).toBe(undefined);
    expect(clock.looks).toBeGreaterThan(5);
    expect(clock.looks).toBeLessThanOrEqual(8);
  },
);

test('what standard encoders write by default is found among the first hundred ways', () => {
  const { mock } = vi.mocked(writing.writeInWay);
  const before = mock.calls.length;
  expect(createSearch(100, () => mock.calls.length)(question(pythons))).toMatchObject({ line });
  const php = signed('{"b":"é/","a":1}', '{"a":1,"b":"\\u00e9\\/"}');
  expect(createSearch(100, () => mock.calls.length)(question(php))?.line).toContain(
    'sorted+non-ascii+slashes',
  );
  expect(mock.calls.length - before).toBeLessThanOrEqual(202);
});

test('thirty keys keep no way from being tried', () => {
  const asked = question(pythons);
  const others = Array.from({ length: 30 }, (_, index) => ({
    name: `other-${index}`,
    secret: Uint8Array.from(Buffer.from(`another-one-${index}`)),
  }));
  const clock = countedLooks();
  expect(createSearch(10_000, clock.now)({ ...asked, keys: [...others, ...asked.keys] })).toMatchObject({
    key: 'primary',
    line,
  });
  // With what may be meant by their files, each of the keys would be tried some eight times for each way.
  expect(clock.looks).toBeLessThan(10_000);
});

test('ways that are written for nothing count against the time as well', () => {
  const { mock } = vi.mocked(writing.writeInWay);
  const before = mock.calls.length;
  // As if each way that is written took a millisecond.
  const found = createSearch(50, () => mock.calls.length)(question(signed('{"a":1}', '{"a":1}\n')));
  expect(found?.remedy).toContain('Add compact+newline');
  expect(mock.calls.length - before).toBeLessThanOrEqual(51);
});

test.each(['', '{', '[]', '\ufeff{}', '{"event":"e","data":[],"checksum":""}', '\u0000\u0000'])(
  'what is no envelope matches nothing: %j',
  (body) => {
    expect(createSearch(5, () => 0)(question(body))).toBe(undefined);
  },
);

test('in a thread: answered once each; a fault tells its class and no text; it can be ended', async () => {
  const answers: FromThread[] = [];
  let ended: (why: string | undefined) => void = () => undefined;
  const end = new Promise((resolve) => (ended = resolve));
  const thread = startSearchThread(
    (answer) => answers.push(answer),
    (why) => ended(why),
  );
  thread.ask(question(signed('{}', '{"other":1}')));
  thread.ask({ ...question('{"a":"a text of a body"}'), scheme: {} as Question['scheme'] });
  await expect.poll(() => answers).toEqual([{ kind: 'nothing' }, { kind: 'failed', error: 'TypeError' }]);
  // As often as it takes: five milliseconds are few on a machine that has much else to do.
  await expect
    .poll(() => {
      thread.ask(question(pythons));
      return answers.find(({ kind }) => kind === 'found');
    })
    .toMatchObject({ found: { key: 'primary', line } });
  await thread.end();
  expect(await end).toBe(undefined);
});
