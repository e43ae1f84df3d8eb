import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAddress, parseAddress } from '../../src/addresses/address.ts';
import { createAddressReader } from '../../src/addresses/address-reader.ts';

const canonical = (text: string) => {
  const address = parseAddress(text);
  return address === undefined ? undefined : formatAddress(address);
};

describe('parseAddress', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    // Deprecated, and not the IPv4 address (RFC 4291 section 2.5.5.1).
    ['::192.0.2.1', '::c000:201'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
  ])('reads %s as %s', (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  test.each([
    '',
    '127.1',
    '2130706433',
    '010.0.0.1',
    '00.0.0.1',
    '0x7f.0.0.1',
    '1.2.3.256',
    '1.2.3.4.',
    '.1.2.3',
    '1..2.3',
    '1.2.3.4.5',
    ' 1.2.3.4',
    '1.2.3.4 ',
    '1.2.3.4\0',
    '1.2.3.4/32',
    '1.2.3.4:80',
    '[::1]',
    '::1%eth0',
    'fe80::1%1',
    '1.2.3.4%1',
    '::ffff:010.0.0.1',
    '::ffff:1.2.3',
    '1::2::3',
    ':::',
    '12345::',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7',
    `${'0'.repeat(5000)}::1`,
    'unknown',
    '１.2.3.4',
  ])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  test('takes no text that the operating system does not take, and means the same by it', () => {
    const nearAddress = fc.oneof(
      fc.ipV4(),
      fc.ipV4Extended(),
      fc.ipV6(),
      fc.string({ unit: fc.constantFrom(...'0123456789abcdefx:.%/ '), maxLength: 20 }),
    );
    fc.assert(
      fc.property(nearAddress, (text) => {
        const isAddress = isIPv4(text) || (isIPv6(text) && !text.includes('%'));
        expect(parseAddress(text) !== undefined).toBe(isAddress);
        const written = canonical(text);
        if (isAddress) expect(canonical(written as string)).toBe(written);
        if (isIPv6(text) && written?.includes(':')) {
          expect(written).toBe(new URL(`http://[${text}]`).hostname.slice(1, -1));
        }
      }),
      { numRuns: 3000 },
    );
  });
});

test('a reader remembers a bounded number of texts and reads right after it forgot', () => {
  const read = createAddressReader(2);
  const first = read('::ffff:10.0.0.1');
  expect(first?.text).toBe('10.0.0.1');
  expect(read('::ffff:10.0.0.1')).toBe(first);
  read('10.0.0.2');
  read('10.0.0.3');
  expect(read('::ffff:10.0.0.1')).not.toBe(first);
  expect(read('::ffff:10.0.0.1')).toEqual(first);
  expect(read('garbage')).toBeUndefined();
});
