import { BlockList } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Address, formatAddress, parseAddress } from '../../src/addresses/address.ts';
import { compileAddressSet } from '../../src/addresses/address-set.ts';
import { parseRange, type Range } from '../../src/addresses/range.ts';

test('an empty set holds nobody', () => {
  const set = compileAddressSet([]);
  expect(set.size).toBe(0);
  expect(set.has(address('127.0.0.1'))).toBe(false);
  expect(set.has(address('::'))).toBe(false);
});

test('an IPv4 sender is found however its address is written, and an IPv6 range holds no IPv4 address', () => {
  const set = compileAddressSet([range('::ffff:10.0.0.0/104')]);
  expect(set.has(address('10.1.2.3'))).toBe(true);
  expect(set.has(address('::ffff:10.1.2.3'))).toBe(true);
  expect(set.has(address('::a01:203'))).toBe(false);
  expect(compileAddressSet([range('::/0')]).has(address('10.1.2.3'))).toBe(false);
  expect(compileAddressSet([range('0.0.0.0/0')]).has(address('2001:db8::1'))).toBe(false);
});

// Node's BlockList counts IPv4 as part of ::/64 and wider, so no range here reaches that far down.
test('agrees with a linear search and with the BlockList of Node over random ranges, at their edges', () => {
  const texts = fc.array(
    fc.oneof(
      fc.tuple(
        fc.constantFrom('10.0', '10.1', '255.255', '0.0'),
        fc.nat(255),
        fc.nat(255),
        fc.integer({ min: 8, max: 32 }),
      ),
      fc.tuple(
        fc.constantFrom('2001:db8', 'ffff:ffff', '1:0'),
        fc.nat(65535),
        fc.nat(65535),
        fc.integer({ min: 16, max: 128 }),
      ),
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(texts, (parts) => {
      const ranges: Range[] = [];
      const peer = new BlockList();
      for (const [head, third, fourth, prefix] of parts) {
        const isIpv4 = head.includes('.');
        const text = isIpv4
          ? `${head}.${third}.${fourth}`
          : `${head}:${third.toString(16)}::${fourth.toString(16)}:0:0`;
        const parsed = networkOf(text, prefix);
        ranges.push(parsed);
        peer.addSubnet(text, prefix, isIpv4 ? 'ipv4' : 'ipv6');
      }
      const set = compileAddressSet(ranges);
      for (const { first, last } of ranges) {
        for (const probe of [first, last, step(first, -1), step(last, 1)]) {
          const expected = ranges.some((one) => within(one, probe));
          expect(set.has(probe)).toBe(expected);
          expect(peer.check(formatAddress(probe), probe.family === 4 ? 'ipv4' : 'ipv6')).toBe(expected);
        }
      }
    }),
    { numRuns: 300 },
  );
});

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

function range(text: string): Range {
  const parsed = parseRange(text);
  if (parsed.kind === 'invalid') throw new Error(`${text}: ${parsed.problem}`);
  return parsed.range;
}

/** The network that `text` is in, taken from the sentence where `text` has host bits. */
function networkOf(text: string, prefix: number): Range {
  const parsed = parseRange(`${text}/${prefix}`);
  if (parsed.kind === 'range') return parsed.range;
  return range(/network address (\S+),/.exec(parsed.problem)?.[1] ?? '');
}

function numberOf({ word0, word1, word2, word3 }: Address): bigint {
  return [word0, word1, word2, word3].reduce((value, word) => (value << 32n) | BigInt(word), 0n);
}

function step(from: Address, by: 1 | -1): Address {
  const bits = from.family === 4 ? 32 : 128;
  const value = BigInt.asUintN(bits, numberOf(from) + BigInt(by));
  const word = (index: bigint) => Number((value >> (32n * index)) & 0xffffffffn);
  return { family: from.family, word0: word(3n), word1: word(2n), word2: word(1n), word3: word(0n) };
}

function within({ first, last }: Range, probe: Address): boolean {
  return (
    first.family === probe.family && numberOf(first) <= numberOf(probe) && numberOf(probe) <= numberOf(last)
  );
}
