import { describe, expect, test } from 'vitest';
import { compileAddressSet } from '../../src/addresses/address-set.ts';
import { parseRange, type Range } from '../../src/addresses/range.ts';
import { Rejection } from '../../src/delivery/rejections.ts';
import { createClientAddressGate } from '../../src/gates/client-address.ts';
import { aWellFormedDelivery } from '../support/stages-by-hand.ts';

type From = 'peer' | 'forwarded' | 'proxyProtocol';

/** The client's address and the hops, or the detail of the refusal. */
function locate(
  from: From,
  trusted: readonly string[],
  peer: { address: string; proxied?: string },
  lines: readonly string[] = [],
) {
  const ranges: Range[] = trusted.map((text) => {
    const parsed = parseRange(text);
    if (parsed.kind === 'invalid') throw new Error(parsed.problem);
    return parsed.range;
  });
  const gate = createClientAddressGate({ from, trustedProxies: compileAddressSet(ranges) });
  const stage = aWellFormedDelivery(peer, lines);
  const verdict = gate(stage);
  const { facts } = stage.delivery;
  if (verdict instanceof Rejection) {
    expect(verdict.code).toBe('client_address_unknown');
    expect(facts.address).toBeUndefined();
    return verdict.detail;
  }
  return [facts.address, ...(facts.hops ?? [])].join(' < ');
}

describe('peer', () => {
  test('is judged by its own address, whatever headers say and whoever is trusted', () => {
    expect(
      locate('peer', ['203.0.113.7'], { address: '203.0.113.7', proxied: '10.0.0.1' }, ['10.0.0.2']),
    ).toBe('203.0.113.7');
  });

  test('is IPv4 on a dual-stack socket', () => {
    expect(locate('peer', [], { address: '::ffff:203.0.113.7' })).toBe('203.0.113.7');
  });

  test.each(['', 'fe80::1%eth0', 'unknown'])('with the unreadable address %j is refused', (address) => {
    expect(locate('peer', [], { address })).toContain('is not readable');
  });
});

describe('forwarded', () => {
  const proxy = { address: '10.0.0.1' };
  const trusted = ['10.0.0.0/8', '2001:db8:f::/48'];

  test.each([
    ['one entry', ['203.0.113.7'], '203.0.113.7 < 10.0.0.1 < 203.0.113.7'],
    ['the rightmost stranger', ['1.1.1.1, 203.0.113.7'], '203.0.113.7 < 10.0.0.1 < 203.0.113.7'],
    [
      'through trusted proxies',
      ['1.1.1.1, 203.0.113.7, 10.2.2.2,10.3.3.3'],
      '203.0.113.7 < 10.0.0.1 < 10.3.3.3 < 10.2.2.2 < 203.0.113.7',
    ],
    [
      'several lines are one list',
      ['1.1.1.1', '203.0.113.7', '10.2.2.2'],
      '203.0.113.7 < 10.0.0.1 < 10.2.2.2 < 203.0.113.7',
    ],
    ['with a port', ['203.0.113.7:4711'], '203.0.113.7 < 10.0.0.1 < 203.0.113.7'],
    ['IPv6', ['2001:DB8::7'], '2001:db8::7 < 10.0.0.1 < 2001:db8::7'],
    ['IPv6 in brackets', ['[2001:db8::7]'], '2001:db8::7 < 10.0.0.1 < 2001:db8::7'],
    ['IPv6 with a port', ['[2001:db8::7]:4711'], '2001:db8::7 < 10.0.0.1 < 2001:db8::7'],
    [
      'a trusted IPv6 proxy',
      ['203.0.113.7, 2001:db8:f::1'],
      '203.0.113.7 < 10.0.0.1 < 2001:db8:f::1 < 203.0.113.7',
    ],
    [
      'garbage to the left is the stranger’s',
      ['<script>, ,203.0.113.7'],
      '203.0.113.7 < 10.0.0.1 < 203.0.113.7',
    ],
    ['IPv4-mapped', ['::ffff:203.0.113.7'], '203.0.113.7 < 10.0.0.1 < 203.0.113.7'],
  ])('%s', (_, lines, expected) => {
    expect(locate('forwarded', trusted, proxy, lines)).toBe(expected);
  });

  test.each([
    ['no header', [], 'no X-Forwarded-For'],
    ['an empty header', [''], 'no X-Forwarded-For'],
    ['unknown', ['203.0.113.7, unknown'], 'names "unknown"'],
    ['garbage before a trusted proxy', ['203.0.113.7, _hidden, 10.2.2.2'], 'names "_hidden"'],
    ['quotes', ['"203.0.113.7"'], 'names "\\"203.0.113.7\\""'],
    ['a zone id', ['fe80::1%eth0'], 'names "fe80::1%eth0"'],
    ['a port out of range', ['203.0.113.7:65536'], 'names "203.0.113.7:65536"'],
    ['an IPv4 address in brackets', ['[203.0.113.7]:80'], 'names "[203.0.113.7]:80"'],
    ['octal', ['0313.0.113.7'], 'names "0313.0.113.7"'],
    ['only trusted proxies', ['10.4.4.4, 10.2.2.2'], 'only trusted proxies'],
    ['more hops than any real chain', [Array(65).fill('10.2.2.2').join(',')], 'more than 64 hops'],
  ])('a trusted proxy is not judged by its own address: %s', (_, lines, detail) => {
    expect(locate('forwarded', trusted, proxy, lines)).toContain(detail);
  });

  test('a stranger is judged by its own address, so its header is void', () => {
    expect(locate('forwarded', trusted, { address: '198.51.100.1' }, ['203.0.113.7'])).toBe('198.51.100.1');
  });

  test('by default nobody is trusted', () => {
    expect(locate('forwarded', [], proxy, ['203.0.113.7'])).toBe('10.0.0.1');
  });

  test('a PROXY protocol address plays no part', () => {
    expect(locate('forwarded', trusted, { ...proxy, proxied: '198.51.100.1' }, ['203.0.113.7'])).toBe(
      '203.0.113.7 < 10.0.0.1 < 203.0.113.7',
    );
  });

  test('a header of 16 KiB costs no more than the hops that are walked', () => {
    const line = `${'10.2.2.2,'.repeat(1800)}10.2.2.2`;
    expect(locate('forwarded', trusted, proxy, [line])).toContain('more than 64 hops');
  });
});

describe('proxyProtocol', () => {
  const trusted = ['10.0.0.0/8'];

  test('takes the address that a trusted peer names', () => {
    expect(locate('proxyProtocol', trusted, { address: '::ffff:10.0.0.1', proxied: '203.0.113.7' })).toBe(
      '203.0.113.7 < 10.0.0.1 < 203.0.113.7',
    );
  });

  test.each([
    ['sent no header', undefined, 'sent no PROXY protocol header'],
    ['names nobody', 'local', 'names no client'],
    ['names garbage', '203.0.113', 'names "203.0.113"'],
  ])('a trusted peer that %s is refused', (_, proxied, detail) => {
    const peer = proxied === undefined ? { address: '10.0.0.1' } : { address: '10.0.0.1', proxied };
    expect(locate('proxyProtocol', trusted, peer, ['203.0.113.7'])).toContain(detail);
  });

  test('a stranger is judged by its own address', () => {
    expect(locate('proxyProtocol', trusted, { address: '198.51.100.1', proxied: '203.0.113.7' })).toBe(
      '198.51.100.1',
    );
  });
});
