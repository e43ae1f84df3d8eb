import { expect, test } from 'vitest';
import { formatAddress } from '../../src/addresses/address.ts';
import { parseRange } from '../../src/addresses/range.ts';

function read(text: string): string {
  const parsed = parseRange(text);
  if (parsed.kind === 'invalid') return parsed.problem;
  return `${formatAddress(parsed.range.first)} - ${formatAddress(parsed.range.last)}`;
}

test.each([
  ['203.0.113.7', '203.0.113.7 - 203.0.113.7'],
  ['203.0.113.0/24', '203.0.113.0 - 203.0.113.255'],
  ['128.0.0.0/1', '128.0.0.0 - 255.255.255.255'],
  ['0.0.0.0/0', '0.0.0.0 - 255.255.255.255'],
  ['10.0.0.1/32', '10.0.0.1 - 10.0.0.1'],
  ['::ffff:10.0.0.0/104', '10.0.0.0 - 10.255.255.255'],
  ['2001:db8:42::/48', '2001:db8:42:: - 2001:db8:42:ffff:ffff:ffff:ffff:ffff'],
  ['2001:db8::1/128', '2001:db8::1 - 2001:db8::1'],
  ['::/0', ':: - ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['8000::/1', '8000:: - ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
])('%s is %s', (text, expected) => {
  expect(read(text)).toBe(expected);
});

test.each([
  ['203.0.113.7/24', 'expected the network address 203.0.113.0/24, or one address without "/24"'],
  ['2001:db8::1/32', 'expected the network address 2001:db8::/32, or one address without "/32"'],
  ['10.0.0.0/33', 'expected a prefix length from 0 to 32 after the "/"'],
  ['::/129', 'expected a prefix length from 0 to 128 after the "/"'],
  ['::ffff:0:0/95', 'expected a prefix length from 96 for an IPv4-mapped range'],
  ['10.0.0.0/', 'expected a prefix length from 0 to 32 after the "/"'],
  ['10.0.0.0/08', 'expected a prefix length from 0 to 32 after the "/"'],
  ['10.0.0.0/255.0.0.0', 'expected a prefix length from 0 to 32 after the "/"'],
  ['10.0.0.0/8/8', 'expected a prefix length from 0 to 32 after the "/"'],
  ['10.1', 'expected an address or a CIDR, such as 203.0.113.7 or 2001:db8:42::/48'],
  ['fe80::1%eth0', 'expected an address or a CIDR, such as 203.0.113.7 or 2001:db8:42::/48'],
  ['example.org', 'expected an address or a CIDR, such as 203.0.113.7 or 2001:db8:42::/48'],
])('%s is refused: %s', (text, problem) => {
  expect(read(text)).toBe(problem);
});
