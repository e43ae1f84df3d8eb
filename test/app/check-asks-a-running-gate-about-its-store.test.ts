import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import nock from 'nock';
import { afterEach, expect, test } from 'vitest';
import { checkEverything } from '../../src/app/check/check.ts';
import { testSecret } from '../support/sign-event.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

afterEach(() => nock.cleanAll());

/** The line on the store, for a gate whose admin port is to be at `admin`. */
async function storeLine(admin = '127.0.0.1:19090') {
  const directory = temporaryDirectory();
  const keysDirectory = join(directory, 'keys');
  mkdirSync(keysDirectory);
  writeFileSync(join(keysDirectory, 'primary'), testSecret);
  const flags = {
    upstream: 'http://127.0.0.1:1',
    path: '/a',
    admin,
    allow: ['127.0.0.1'],
    keysDirectory,
    storeFile: join(directory, 'events.db'),
  };
  const result = await checkEverything({ env: {}, flags });
  return result.kind === 'checked' ? result.checks.find(({ name }) => name === 'store') : undefined;
}

test.each<[boolean, 'good' | 'failed']>([
  [true, 'good'],
  [false, 'failed'],
])('a running gate holds its file alone, so its word counts (up: %j)', async (up, result) => {
  nock('http://127.0.0.1:19090')
    .get('/status')
    .reply(200, { store: { up, detail: 'as it is' } });

  expect(await storeLine()).toEqual({ name: 'store', result, detail: 'as it is (told by the running gate)' });
});

test.each([
  ['[::1]:19090', 'http://[::1]:19090'],
  ['[::]:19090', 'http://127.0.0.1:19090'],
  ['0.0.0.0:19090', 'http://127.0.0.1:19090'],
])('with its admin port at %s it is asked at %s', async (admin, url) => {
  nock(url)
    .get('/status')
    .reply(200, { store: { up: true, detail: 'here' } });

  expect(await storeLine(admin)).toMatchObject({ detail: 'here (told by the running gate)' });
});

test.each<[string, number, nock.Body]>([
  ['a page', 200, '<html></html>'],
  ['JSON of somebody else', 200, { status: 'UP' }],
  ['a list', 200, []],
  ['null', 200, 'null'],
  ['an answer of another shape', 200, { store: { up: 'yes', detail: 1 } }],
  ['nothing', 404, ''],
])(
  'another program on that port is not believed, and the store itself is opened: %s',
  async (_what, status, body) => {
    nock('http://127.0.0.1:19090').get('/status').reply(status, body);

    const line = await storeLine();

    expect(line).toMatchObject({ result: 'good' });
    expect(line?.detail).not.toContain('told by');
  },
);

test('a port that breaks off is as good as none', async () => {
  nock('http://127.0.0.1:19090').get('/status').replyWithError('socket hang up');

  expect(await storeLine()).toMatchObject({ result: 'good' });
});
