import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { type AllowlistRead, readAllowlist } from '../../src/config/allowlist-file.ts';
import { usualEntries } from '../../src/config/allowlist-lines.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

async function read(text: string): Promise<AllowlistRead> {
  const file = join(temporaryDirectory(), 'allowlist.yaml');
  writeFileSync(file, text);
  return readAllowlist(file);
}

async function sentences(text: string): Promise<string[]> {
  const result = await read(text);
  const all = result.kind === 'ok' ? result.warnings : result.problems.map(formatProblem);
  return all.map((sentence) => sentence.replace(/^.*\/(?=allowlist)/, ''));
}

test('addresses, ranges and notes, in canonical text', async () => {
  const text = `# the sender
addresses:
  - 203.0.113.7
  - 2001:DB8:42::/48   # v6
  - "2001:db8::"
  - { address: 198.51.100.0/24, note: sandbox (2) }
  - ::ffff:192.0.2.0/120
  - address: ::ffff:c000:0201
    note: in a block
`;
  expect(await read(text)).toEqual({
    kind: 'ok',
    warnings: [],
    entries: [
      { range: '203.0.113.7' },
      { range: '2001:db8:42::/48' },
      { range: '2001:db8::' },
      { range: '198.51.100.0/24', note: 'sandbox (2)' },
      { range: '192.0.2.0/24' },
      { range: '192.0.2.1', note: 'in a block' },
    ],
  });
});

test('an entry keeps its number behind one that is no entry', async () => {
  expect(await sentences('addresses:\n  - { adress: 203.0.113.7 }\n  - nowhere\n')).toEqual([
    'allowlist.yaml:2:7: addresses[0].adress: unknown key; did you mean "address"?',
    'allowlist.yaml:2:5: addresses[0]: found no address; expected an address or a CIDR in quotes',
    expect.stringContaining('allowlist.yaml:3:5: addresses[1]: found "nowhere"'),
  ]);
});

test.each([
  [
    'addresses:\n  - 203.0.113.7/24',
    'allowlist.yaml:2:5: addresses[0]: found "203.0.113.7/24"; ' +
      'expected the network address 203.0.113.0/24, or one address without "/24"',
  ],
  [
    'addresses:\n  - 2001:db8::1/64',
    'allowlist.yaml:2:5: addresses[0]: found "2001:db8::1/64"; expected the network address 2001:db8::/64, or one address without "/64"',
  ],
  [
    'addresses:\n  - "fe80::1%eth0"',
    'allowlist.yaml:2:5: addresses[0]: found "fe80::1%eth0"; expected an address without zone id',
  ],
  [
    'addresses:\n  - 10.0.0.0/33',
    'allowlist.yaml:2:5: addresses[0]: found "10.0.0.0/33"; expected a prefix length from 0 to 32 after the "/"',
  ],
  [
    'addresses:\n  - 010.0.0.1',
    'allowlist.yaml:2:5: addresses[0]: found "010.0.0.1"; expected an address or a CIDR, such as 203.0.113.7 or 2001:db8:42::/48',
  ],
  [
    'addresses:\n  - 1.2',
    'allowlist.yaml:2:5: addresses[0]: found "1.2"; expected an address or a CIDR, such as 203.0.113.7 or 2001:db8:42::/48',
  ],
  [
    'addresses:\n  - { addres: 10.0.0.1 }',
    'allowlist.yaml:2:7: addresses[0].addres: unknown key; did you mean "address"?',
  ],
  ['adresses: []', 'allowlist.yaml:1:1: adresses: unknown key; did you mean "addresses"?'],
  [
    'addresses:\n',
    'allowlist.yaml:1:11: addresses: found no list; expected a list; write "addresses: []" to admit nobody',
  ],
  ['', 'allowlist.yaml: found no "addresses"; expected "addresses:" and a list'],
  [
    'addresses:\n  - 0.0.0.0/0',
    'allowlist.yaml:2:5: addresses[0]: found 0.0.0.0/0; it admits every IPv4 address',
  ],
  ['addresses:\n  - ::/0', 'allowlist.yaml:2:5: addresses[0]: found ::/0; it admits every IPv6 address'],
])('%j', async (text, sentence) => {
  expect((await sentences(text))[0]).toBe(sentence);
});

test('an explicitly empty list is fine here', async () => {
  expect(await read('addresses: []')).toEqual({ kind: 'ok', entries: [], warnings: [] });
});

test('the quick reading agrees with the YAML parser wherever it gives an answer', () => {
  const piece = fc.constantFrom(
    '10.0.0.1',
    '203.0.113.0/24',
    '2001:db8::/48',
    '2001:db8::',
    '::1',
    ':',
    '1',
    '1e3',
    '.5',
    'a',
    'A:',
    '"x"',
    "'y'",
    '"a\\n"',
    '#',
    ' #c',
    ' ',
    '  ',
    '{ address: 10.0.0.1 }',
    '{ address: 2001:db8::1, note: n (1) }',
    '{ address: "::1", note: true }',
    '{ note: a }',
    'null',
    '-',
    '- ',
    ': ',
    '\t',
    '&a ',
    '*a',
    '|',
    'addresses:',
    '\r',
    '%',
    ',',
    '}',
  );
  const line = fc
    .tuple(
      fc.constantFrom('', ' ', '  ', '    '),
      fc.constantFrom('- ', '- ', '- ', '', '# ', 'addresses:'),
      fc.array(piece, { maxLength: 3 }),
    )
    .map(([indent, start, pieces]) => indent + start + pieces.join(''));
  const usual = fc.constantFrom(
    '  - 10.0.0.1',
    '  - "::1" # c',
    '  - { address: 10.0.0.1, note: n1 }',
    '',
    '# c',
  );
  const text = fc
    .array(fc.oneof({ weight: 3, arbitrary: usual }, line), { maxLength: 6 })
    .map((lines) => ['addresses:', ...lines].join('\n'));
  let agreed = 0;
  fc.assert(
    fc.property(text, (written) => {
      const quick = [...usualEntries(written)];
      if (quick.includes('unusual')) return;
      agreed++;
      const slow = (
        parse(written, { schema: 'failsafe' }) as {
          addresses: (string | { address: string; note?: string })[];
        }
      ).addresses;
      expect(quick.map((entry) => (entry === 'unusual' ? entry : [entry.address, entry.note]))).toEqual(
        slow.map((entry) => (typeof entry === 'string' ? [entry, undefined] : [entry.address, entry.note])),
      );
    }),
    { numRuns: 5000 },
  );
  expect(agreed).toBeGreaterThan(200);
});

test('a hundred thousand entries are all read', async () => {
  const lines = Array.from(
    { length: 100_000 },
    (_, index) => `  - 10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
  );
  const result = await read(`addresses:\n${lines.join('\n')}\n`);
  expect(result.kind === 'ok' && result.entries.length).toBe(100_000);
  expect(result.kind === 'ok' && result.entries.at(-1)).toEqual({ range: '10.1.134.159' });
});
