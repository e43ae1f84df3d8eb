import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import proxyAddr from 'proxy-addr';
import { expect, test } from 'vitest';
import { formatAddress, parseAddress } from '../../src/addresses/address.ts';
import { compileAddressSet } from '../../src/addresses/address-set.ts';
import { parseRange, type Range } from '../../src/addresses/range.ts';
import { Rejection } from '../../src/delivery/rejections.ts';
import { createClientAddressGate } from '../../src/gates/client-address.ts';
import { aWellFormedDelivery } from '../support/stages-by-hand.ts';

/** Few addresses, so that chains run through trusted proxies often. */
const address = fc.oneof(
  fc.constantFrom('10.0.0.1', '10.0.0.2', '10.1.0.1', '192.168.1.1', '203.0.113.7', '::ffff:10.0.0.1'),
  fc.constantFrom('2001:db8::1', '2001:db8:f::1', '::1', 'fe80::1', '::ffff:cb00:7107'),
  fc.ipV4(),
);
const range = fc.constantFrom(
  '10.0.0.0/8',
  '10.0.0.1',
  '10.0.0.0/31',
  '192.168.0.0/16',
  '2001:db8:f::/48',
  '2001:db8::/32',
  '::1',
  '203.0.113.7/32',
  '128.0.0.0/1',
);

const trustSet = fc.uniqueArray(range, { maxLength: 4 });

test('of a chain of addresses both find the same client, but the gate none where all are trusted', () => {
  let agreed = 0;
  fc.assert(
    fc.property(address, fc.array(address, { maxLength: 6 }), trustSet, (peer, chain, trusted) => {
      const found = oracle(peer, chain, trusted);
      // proxy-addr falls back to the leftmost; for the gate a trusted proxy is never the client.
      const expected = proxyAddr.compile(trusted)(found, 0) ? undefined : canonical(found);
      expect(locate(peer, chain, trusted)).toBe(expected);
      if (expected !== undefined && expected !== canonical(peer)) agreed += 1;
    }),
    { numRuns: 5000 },
  );
  expect(agreed).toBeGreaterThan(500);
});

/**
 * proxy-addr skips an empty entry and hands out any other text as it stands. The gate reads an address with its port,
 * and names nobody where it cannot read.
 */
test('with entries that are no addresses, the gate finds the same client or none', () => {
  const odd = fc.constantFrom(
    '',
    ' ',
    'unknown',
    '198.51.100.9:80',
    '[2001:db8:9::1]:80',
    '_a',
    '1.2.3',
    '"::1"',
  );
  const chainWithOdd = fc.array(fc.oneof(address, odd), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(address, chainWithOdd, trustSet, (peer, chain, trusted) => {
      const client = locate(peer, chain, trusted);
      if (client === undefined) return;
      const found = oracle(peer, chain, trusted);
      const withPort = /^(?:([\d.]+):\d+|\[(.+)\]:\d+)$/.exec(found);
      const expected = canonical(withPort?.[1] ?? withPort?.[2] ?? found);
      // An address with a port is nobody's proxy to proxy-addr; the gate walks on where it is a trusted one.
      if (expected !== undefined && withPort !== null && proxyAddr.compile(trusted)(expected, 0)) return;
      expect(client).toBe(expected);
    }),
    { numRuns: 5000 },
  );
});

function canonical(text: string): string | undefined {
  const parsed = parseAddress(text);
  return parsed === undefined ? undefined : formatAddress(parsed);
}

function locate(peer: string, chain: readonly string[], trusted: readonly string[]): string | undefined {
  const trustedProxies = compileAddressSet(trusted.map(readRange));
  const stage = aWellFormedDelivery({ address: peer }, chain.length === 0 ? [] : [chain.join(', ')]);
  const verdict = createClientAddressGate({ from: 'forwarded', trustedProxies })(stage);
  return verdict instanceof Rejection ? undefined : stage.delivery.facts.address;
}

function oracle(peer: string, chain: readonly string[], trusted: string[]): string {
  const headers = chain.length === 0 ? {} : { 'x-forwarded-for': chain.join(', ') };
  const request = { connection: { remoteAddress: peer }, socket: { remoteAddress: peer }, headers };
  return proxyAddr(request as unknown as IncomingMessage, trusted);
}

function readRange(text: string): Range {
  const parsed = parseRange(text);
  if (parsed.kind === 'invalid') throw new Error(parsed.problem);
  return parsed.range;
}
