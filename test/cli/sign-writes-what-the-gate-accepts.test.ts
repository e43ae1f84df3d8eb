import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const program = new URL('../../dist/hookgate.js', import.meta.url).pathname;
const businessId = 'a-business-id';

function sign(args: readonly string[], input = '') {
  const keyFile = join(temporaryDirectory(), 'primary');
  writeFileSync(keyFile, `${businessId}\n`);
  const done = spawnSync(process.execPath, [program, 'sign', '--key-file', keyFile, ...args], {
    input,
    encoding: 'utf8',
  });
  return { status: done.status, stdout: done.stdout, stderr: done.stderr };
}

const hmac = (message: string): string =>
  createHmac('sha256', businessId).update(message).digest('hex').toUpperCase();

test.each([
  ['received', '{ "b": 1, "a": 2.50 }', '{ "b": 1, "a": 2.50 }'],
  ['compact', '{ "b": 1, "a": 2.50 }', '{"b":1,"a":2.50}'],
  ['sorted', '{ "b": 1, "a": 2.50 }', '{"a":2.50,"b":1}'],
])('%s: the checksum is over data in that encoding', (encoding, data, signedText) => {
  const done = sign(['--encoding', encoding, '--event', 'payment.session.succeeded', '--data', data]);
  expect(done).toMatchObject({ status: 0, stderr: '' });
  const body = JSON.parse(done.stdout) as { event: string; checksum: string };
  expect(body.event).toBe('payment.session.succeeded');
  expect(body.checksum.toUpperCase()).toBe(hmac(`payment.session.succeeded|${signedText}`));
});

test('a body on standard input is signed, whatever its checksum was', () => {
  const body = '{"event":"payment.session.failed","data":{"id":1},"checksum":"0000"}';
  const done = sign([], body);
  expect(done).toMatchObject({ status: 0, stderr: '' });
  const { checksum } = JSON.parse(done.stdout) as { checksum: string };
  expect(checksum.toUpperCase()).toBe(hmac('payment.session.failed|{"id":1}'));
});

test.each([
  ['data without an event', ['--data', '{}'], '--data needs --event'],
  ['an event without data', ['--event', 'a.b'], '--event needs --data'],
  ['data that is not JSON', ['--event', 'a.b', '--data', '{'], 'expected a JSON object'],
  ['data that is not an object', ['--event', 'a.b', '--data', '[]'], 'expected a JSON object'],
  ['an event with a separator in it', ['--event', 'a|b', '--data', '{}'], 'hookgate sign: '],
  [
    'a file that is not there',
    ['--event', 'a.b', '--data', '@/nonexistent/data.json'],
    '/nonexistent/data.json',
  ],
  ['an encoding that does not exist', ['--encoding', 'pretty', '--event', 'a.b', '--data', '{}'], 'pretty'],
])('%s: a sentence, and exit status 2', (_what, args, sentence) => {
  const { status, stdout, stderr } = sign(args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(sentence);
  expect(stderr).not.toMatch(/\n {4}at /);
});
