import { describe, expect, test } from 'vitest';
import { noFacts } from '../../src/delivery/delivery.ts';
import { eventHeaders } from '../../src/forward/event-headers.ts';

const genuine = { event: 'payment.session.succeeded', keyName: 'live', duplicateKey: 'ab'.repeat(32) };

function headersFor(
  rawHeaders: readonly string[],
  circumstances: {
    hops?: readonly string[];
    address?: string;
    proxied?: string;
    secure?: boolean;
    stripped?: boolean;
  } = {},
  verified: typeof genuine | 'unverified' = genuine,
): [string, string][] {
  const { hops, address = '10.0.0.9', proxied, secure = false, stripped = false } = circumstances;
  const flat = eventHeaders({
    delivery: {
      requestId: 'request-1',
      arrivedAtMs: 0,
      head: { method: 'POST', target: '/', httpVersion: '1.1', rawHeaders, secure },
      peer: { address: '10.0.0.9', proxied },
      readBody: () => Promise.reject(new Error('not read here')),
      facts: { ...noFacts(), address, hops, bodyBytes: 100 },
    },
    bodyBytes: stripped ? 90 : 100,
    verified: verified === 'unverified' ? undefined : verified,
  });
  return Array.from({ length: flat.length / 2 }, (_, at) => [flat[2 * at] ?? '', flat[2 * at + 1] ?? '']);
}

function valuesOf(headers: [string, string][], name: string): string[] {
  return headers.filter(([other]) => other.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
}

test('the end-to-end fields of the sender pass as they came, duplicates and order kept', () => {
  const sent = [
    'Content-Type',
    'application/json',
    'traceparent',
    '00-1-2-01',
    'tracestate',
    'a=b',
    'X-A',
    '1',
    'x-a',
    '2',
  ];

  const headers = headersFor(sent);

  expect(headers.slice(0, 5).flat()).toEqual(sent);
});

test('what the gate knows of a verified event is added', () => {
  const headers = headersFor(['Host', 'hooks.example']);

  expect(Object.fromEntries(headers)).toEqual({
    Host: 'hooks.example',
    'X-Forwarded-For': '10.0.0.9',
    'X-Forwarded-Proto': 'http',
    'X-Forwarded-Host': 'hooks.example',
    'X-Request-Id': 'request-1',
    'Hookgate-Verified': 'true',
    'Hookgate-Event': genuine.event,
    'Hookgate-Key': 'live',
    'Idempotency-Key': genuine.duplicateKey,
  });
});

test('an unverified event is named in no header, not even by the sender', () => {
  const headers = headersFor(
    ['Idempotency-Key', 'x', 'Hookgate-Event', 'forged', 'Hookgate-Verified', 'true', 'Hookgate-Key', 'live'],
    {},
    'unverified',
  );
  const names = headersFor([], {}, 'unverified').map(([name]) => name);

  expect(valuesOf(headers, 'Hookgate-Verified')).toEqual(['false']);
  expect(names).not.toContain('Hookgate-Event');
  expect(headers.map(([name]) => name)).toEqual(names);
});

describe('a sender cannot write what the gate writes', () => {
  test.each([
    'Hookgate-Event',
    'hookgate-verified',
    'HOOKGATE-VERIFIED',
    'Hookgate-Anything',
    'Idempotency-Key',
    'idempotency-key',
    'X-Request-ID',
    'X-Forwarded-For',
    'x-forwarded-for',
    'X-Forwarded-Proto',
    'X-Forwarded-Host',
    'X-Forwarded-Port',
    'X-Forwarded-Prefix',
    'Forwarded',
    'X-Real-IP',
    'X-Original-URL',
    'X-Rewrite-URL',
    'X-Original-URI',
    'X-HTTP-Path-Override',
    'X-Script-Name',
    'X-HTTP-Method-Override',
    'Transfer-Encoding',
    'Content-Length',
    'Expect',
    'Proxy-Authorization',
  ])('%s', (name) => {
    const headers = headersFor([name, 'forged', 'X-Other', 'kept']);

    expect(headers.map(([, value]) => value)).not.toContain('forged');
    expect(valuesOf(headers, 'X-Other')).toEqual(['kept']);
  });
});

test.each([
  ['with the peer and the client', ['10.0.0.9', '10.0.0.8', '203.0.113.7']],
  ['without the client', ['10.0.0.9', '10.0.0.8']],
  ['without the peer', ['10.0.0.8', '203.0.113.7']],
  ['with what the client wrote', ['10.0.0.9', '10.0.0.8', '203.0.113.7', '6.6.6.6']],
])('behind a trusted proxy the established chain is passed on and no more (hops %s)', (_name, hops) => {
  const headers = headersFor(
    ['Host', 'inner', 'X-Forwarded-For', '6.6.6.6, 203.0.113.7, 10.0.0.8'].concat([
      'X-Forwarded-Proto',
      'https',
      'X-Forwarded-Host',
      'hooks.example',
    ]),
    { hops, address: '203.0.113.7' },
  );

  expect(valuesOf(headers, 'X-Forwarded-For')).toEqual(['203.0.113.7, 10.0.0.8, 10.0.0.9']);
  expect(valuesOf(headers, 'X-Forwarded-Proto')).toEqual(['https']);
  expect(valuesOf(headers, 'X-Forwarded-Host')).toEqual(['hooks.example']);
  expect(valuesOf(headers, 'Host')).toEqual(['inner']);
});

test('behind the PROXY protocol the forwarding fields of the client count for nothing', () => {
  const headers = headersFor(['X-Forwarded-For', '6.6.6.6', 'X-Forwarded-Proto', 'https'], {
    proxied: '203.0.113.7',
    address: '203.0.113.7',
    hops: ['203.0.113.7'],
    secure: false,
  });

  expect(valuesOf(headers, 'X-Forwarded-For')).toEqual(['203.0.113.7']);
  expect(valuesOf(headers, 'X-Forwarded-Proto')).toEqual(['http']);
});

test('a TLS connection is told as https', () => {
  expect(valuesOf(headersFor([], { secure: true }), 'X-Forwarded-Proto')).toEqual(['https']);
});

test('an event asks for no answer ahead, to which Next.js says 200 without a look at it', () => {
  expect(valuesOf(headersFor(['X-Middleware-Prefetch', '1']), 'x-middleware-prefetch')).toEqual([]);
});

test('an event asks for no look instead of a run, which Laravel answers 204', () => {
  const headers = headersFor(['Precognition', 'true', 'Precognition-Validate-Only', 'id']);
  expect(valuesOf(headers, 'precognition')).toEqual([]);
  expect(valuesOf(headers, 'precognition-validate-only')).toEqual([]);
});

test('digests of the body pass only while the body is untouched', () => {
  const sent = ['Content-Digest', 'sha-256=:x:', 'Content-MD5', 'y'];

  expect(valuesOf(headersFor(sent), 'Content-Digest')).toEqual(['sha-256=:x:']);
  const stripped = headersFor(sent, { stripped: true });
  expect(valuesOf(stripped, 'Content-Digest')).toEqual([]);
  expect(valuesOf(stripped, 'Content-MD5')).toEqual([]);
});
