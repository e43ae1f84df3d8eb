import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileAddressSet } from '../../src/addresses/address-set.ts';
import { parseRange } from '../../src/addresses/range.ts';
import { loadEverything } from '../../src/app/load/load.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { routeOf, runSchemeGate } from '../support/scheme-gate.ts';
import { senders, signedBy } from '../support/senders.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const shareOf = (...texts: string[]) =>
  compileAddressSet(
    texts.map((text) => {
      const parsed = parseRange(text);
      if (parsed.kind === 'invalid') throw new Error(parsed.problem);
      return parsed.range;
    }),
  ).share;

test('a set knows how much of all addresses it holds, however many ranges that takes', () => {
  expect(shareOf('0.0.0.0/0', '::/0')).toEqual({ ipv4: 1, ipv6: 1 });
  expect(shareOf('0.0.0.0/1', '128.0.0.0/1')).toEqual({ ipv4: 1, ipv6: 0 });
  expect(shareOf('128.0.0.0/2', '128.0.0.0/1', '192.0.0.0/2', '192.0.2.1').ipv4).toBe(1 / 2);
  expect(shareOf('2000::/3').ipv6).toBe(1 / 8);
  expect(shareOf('203.0.113.7').ipv4).toBe(2 ** -32);
  expect(shareOf().ipv4).toBe(0);
});

const quarters = ['0', '64', '128', '192'].map((first) => `${first}.0.0.0/2`);
/** All but one address: 32 ranges, none of them wide enough to be noticed by itself. */
const allButOne = Array.from({ length: 32 }, (_, bit) => {
  const first = 2 ** bit % 2 ** 32;
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${bytes.join('.')}/${32 - bit}`;
});

const covers: [string, string[], RegExp | undefined][] = [
  ['everybody', ['0.0.0.0/0'], /half of all IPv4/],
  ['two halves', ['0.0.0.0/1', '128.0.0.0/1'], /half of all IPv4/],
  ['four quarters', quarters, /half of all IPv4/],
  ['all but one address', allButOne, /half of all IPv4/],
  ['IPv4 as IPv6 writes it', ['::ffff:0:0/97', '::ffff:128.0.0.0/97'], /half of all IPv4/],
  ['all of IPv6', ['::/1', '8000::/1'], /half of all IPv6/],
  ['all of IPv6 that is given out', ['2000::/4', '3000::/4'], /half of all IPv6/],
  ['a large sender', ['10.0.0.0/8', '2001:db8::/32', '127.0.0.1'], undefined],
];

function configOf(scheme: string, more = ''): { directory: string; file: string; allowlist: string } {
  const directory = temporaryDirectory();
  const [file, allowlist] = [join(directory, 'hookgate.yaml'), join(directory, 'allowlist.yaml')];
  mkdirSync(join(directory, 'keys'));
  writeFileSync(join(directory, 'keys', 'primary'), 'a-secret-of-its-own');
  writeFileSync(
    file,
    `upstream: { url: http://127.0.0.1:9 }\nallowlist: { file: ${allowlist} }\nroutes: [{ name: a, path: /a, scheme: ${scheme}, ` +
      `keysDirectory: ${join(directory, 'keys')}, events: [a]${more} }]\n`,
  );
  writeFileSync(allowlist, 'addresses: []\n');
  return { directory, file, allowlist };
}

const sentences = async (file: string, allow?: string[]): Promise<string> => {
  const flags = allow === undefined ? {} : { allow };
  const result = await loadEverything({ file, env: {}, flags });
  return result.kind === 'problems' ? result.problems.map(formatProblem).join('\n') : '';
};

test.each(covers)(
  '%s, from a file and from flags, where nothing of the body is signed',
  async (_name, addresses, refused) => {
    const { file, allowlist } = configOf('flutterwave-v3');
    writeFileSync(allowlist, `addresses:\n${addresses.map((address) => `  - "${address}"\n`).join('')}`);
    const found = [await sentences(file), await sentences(file, addresses)];
    for (const told of found) {
      if (refused === undefined) expect(told).toBe('');
      else expect(told).toMatch(refused);
    }
  },
);

test('nor does it stand before repeatable, and where the body is signed it is taken as before', async () => {
  const halves = ['0.0.0.0/1', '128.0.0.0/1'];
  const repeatable = configOf('paystack', ', repeatable: { a: 10m }');
  expect(await sentences(repeatable.file, halves)).toMatch(/use a captured body once per window/);
  expect(await sentences(configOf('paystack').file, halves)).toBe('');
});

test('a reload to such a list changes nothing', async () => {
  const sender = senders.find(({ profile }) => profile === 'flutterwave-v3') as (typeof senders)[number];
  const { gate, post } = await runSchemeGate([routeOf(sender)]);
  const { body, headers } = await signedBy(sender);
  expect((await post(sender.profile, body, headers)).status).toBe(200);

  writeFileSync(gate.allowlistFile, 'addresses: [0.0.0.0/1, 128.0.0.0/2, 192.0.0.0/2]\n');
  await gate.gate.reload();
  const status = (await (await fetch(`${gate.adminUrl}/status`)).json()) as {
    config: { held: string[] };
    routes: { allowlistEntries: number }[];
  };
  expect(status.config.held.join()).toMatch(/half of all IPv4/);
  expect(status.routes[0]?.allowlistEntries).toBe(1);
});
