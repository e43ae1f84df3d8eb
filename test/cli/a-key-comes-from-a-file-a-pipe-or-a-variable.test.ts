import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readKeys } from '../../src/config/keys.ts';
import { startPlainApplication } from '../support/plain-application.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const program = new URL('../../dist/hookgate.js', import.meta.url).pathname;

async function run(args: readonly string[], input: string, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program, ...args], { env: { ...process.env, ...env } });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  child.stdin.end(input);
  const [status] = (await once(child, 'close')) as [number];
  return { status, out, err };
}

const event = ['--event', 'payment.done', '--data', '{"amount":1}'];

test('all three sign the same', async () => {
  const file = join(temporaryDirectory(), 'business-id');
  writeFileSync(file, 'business-one\n');
  const byFile = await run(['sign', '--key-file', file, ...event], '');
  expect(byFile.out).toContain('"checksum"');
  expect((await run(['sign', '--key-file', '-', ...event], 'business-one\n')).out).toBe(byFile.out);
  expect((await run(['sign', '--key-env', 'ID', ...event], '', { ID: 'business-one' })).out).toBe(byFile.out);
});

test('what no keys directory takes is no key', async () => {
  const file = join(temporaryDirectory(), 'business-id');
  writeFileSync(file, 'x'.repeat(4097));
  const tooLong = 'found 4097 bytes; expected at most 4096';
  const byFile = await run(['sign', '--key-file', file, ...event], '');
  expect(byFile).toMatchObject({ status: 2, out: '', err: `hookgate sign: ${file}: ${tooLong}\n` });
  const byPipe = await run(['sign', '--key-file', '-', ...event], 'x'.repeat(4097));
  expect(byPipe).toMatchObject({ status: 2, err: `hookgate sign: standard input: ${tooLong}\n` });
});

test('send takes them too', async () => {
  const { url, seen } = await startPlainApplication();
  expect((await run(['send', '--url', url, '--key-file', '-'], 'business-one\n')).status).toBe(0);
  expect((await run(['send', '--url', url, '--key-env', 'ID'], '', { ID: 'business-one' })).status).toBe(0);
  expect(seen).toHaveLength(2);
});

test.each([
  ['none', ['send', '--url', 'http://127.0.0.1:1/'], /from one place: --key-file FILE/],
  ['two', ['send', '--url', 'http://127.0.0.1:1/', '--key-file', 'a', '--key-env', 'B'], /from one place/],
  [
    'an empty pipe',
    ['send', '--url', 'http://127.0.0.1:1/', '--key-file', '-'],
    /standard input: found nothing/,
  ],
  [
    'a variable that is not set',
    ['send', '--url', 'http://127.0.0.1:1/', '--key-env', 'NOT_SET'],
    /NOT_SET: found nothing/,
  ],
  ['a pipe for the key and the body', ['sign', '--key-file', '-'], /standard input is the body here/],
])('%s is a sentence', async (_what, args, sentence) => {
  const { status, err } = await run(args, '');
  expect(status).toBe(2);
  expect(err).toMatch(sentence);
});

test('a pipe that nobody reads ends every command without a word', async () => {
  const { url } = await startPlainApplication();
  for (const args of [
    ['send', '--url', url, '--key-env', 'ID', '--times', '500'],
    ['send', '--help'],
  ]) {
    const child = spawn(process.execPath, [program, ...args], { env: { ...process.env, ID: 'one' } });
    let err = '';
    child.stderr.on('data', (text) => {
      err += text;
    });
    child.stdout.destroy();
    await once(child, 'close');
    expect(err).toBe('');
  }
});

test('found no key names the Secret and the namespace, and how to make it', () => {
  const read = readKeys(temporaryDirectory(), {
    env: { POD_NAMESPACE: 'shop', POD_KEYS_SECRET: 'hookgate-keys' },
  });
  expect(read).toMatchObject({
    problems: [
      {
        expected: expect.stringContaining(
          'Secret hookgate-keys of namespace shop does not exist or is empty (kubectl --namespace shop create secret generic hookgate-keys',
        ),
      },
    ],
  });
});
