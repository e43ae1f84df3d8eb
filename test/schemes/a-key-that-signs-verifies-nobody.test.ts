import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadEverything } from '../../src/app/load/load.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const bytes = Buffer.alloc(32, 5);
const other = Buffer.alloc(32, 6);
const base64 = bytes.toString('base64');

/** Two routes with keys of their own; only the first one's application is told the gate's verdict. */
function places(scheme = 'paystack') {
  const directory = temporaryDirectory();
  const at = (name: string) => join(directory, name);
  for (const name of ['signing', 'first', 'second']) mkdirSync(at(name));
  const put = (name: string, secret: string | Buffer) => writeFileSync(join(at(name), 'primary'), secret);
  put('signing', base64);
  put('first', 'a-secret');
  put('second', 'another-secret');
  writeFileSync(at('allowlist.yaml'), 'addresses: [127.0.0.1]\n');
  writeFileSync(
    at('hookgate.yaml'),
    `upstream: { url: http://127.0.0.1:9 }\nallowlist: { file: ${at('allowlist.yaml')} }\nroutes:\n` +
      `  - { name: first, path: /a, scheme: paystack, keysDirectory: ${at('first')}, upstream: { signing: { keysDirectory: ${at('signing')} } } }\n` +
      `  - { name: second, path: /b, scheme: ${scheme}, keysDirectory: ${at('second')} }\n`,
  );
  return {
    put,
    load: (before?: Parameters<typeof loadEverything>[1]) =>
      loadEverything({ file: at('hookgate.yaml'), env: {}, flags: {} }, before),
  };
}

const hexKeys = '{ signature: "header:X-S", key: hex }';

test.each<[string, string, string | Buffer]>([
  ['the same text', 'paystack', base64],
  ['the same text with a prefix', 'stripe', `whsec_${base64}`],
  ['without its padding', 'paystack', base64.replace(/=+$/, '')],
  ['the bytes themselves', 'paystack', bytes],
  ['the bytes in hex', hexKeys, bytes.toString('hex').toUpperCase()],
  ['a secret of Standard Webhooks', 'standard-webhooks', `whsec_${base64}`],
])('at a start: %s', async (_name, scheme, secret) => {
  const { put, load } = places(scheme);
  put('second', secret);
  const result = await load();
  const told = result.kind === 'problems' ? result.problems.map(formatProblem).join('\n') : '';
  expect(told).toMatch(/signing.*also verifies a sender: primary of route second/);
  expect(told).not.toContain(base64.slice(0, 10));
});

test('at a reload, whichever of the two files has changed, and also where the other is broken by then', async () => {
  for (const change of [
    ({ put }: ReturnType<typeof places>) => put('second', base64),
    ({ put }: ReturnType<typeof places>) =>
      put('signing', Buffer.from('another-secret-of-24-byte').toString('base64')),
  ]) {
    const at = places();
    at.put('second', 'another-secret-of-24-byte');
    const before = await at.load();
    if (before.kind !== 'ok') throw new Error(before.problems.map(formatProblem).join());
    change(at);
    at.put('first', 'a-new-secret');
    const after = await at.load(before.loaded);
    if (after.kind !== 'ok') throw new Error(after.problems.map(formatProblem).join());
    expect(after.loaded.held.map(formatProblem).join()).toMatch(/also verifies a sender/);
    expect(after.loaded.routes[1]?.secrets[0]?.secret.toString()).toBe('another-secret-of-24-byte');
    expect(after.loaded.routes[0]?.signingKeys?.[0]?.equals(bytes)).toBe(true);
  }
  // The verifying Secret is broken, so its old key stays in force, and is judged all the same.
  const at = places();
  at.put('second', 'another-secret-of-24-byte');
  const before = await at.load();
  if (before.kind !== 'ok') throw new Error('no start');
  at.put('second', '');
  at.put('signing', Buffer.from('another-secret-of-24-byte').toString('base64'));
  const after = await at.load(before.loaded);
  expect(after.kind === 'ok' && after.loaded.held.map(formatProblem).join()).toMatch(
    /also verifies a sender/,
  );
});

test('another key signs', async () => {
  const { put, load } = places();
  put('second', other.toString('base64'));
  expect((await load()).kind).toBe('ok');
});
