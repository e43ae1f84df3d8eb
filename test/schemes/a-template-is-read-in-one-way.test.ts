import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { compileScheme } from '../../src/schemes/compile.ts';
import { eventKey } from '../../src/schemes/duplicate-key.ts';
import { createEnvelopeScan, wholeBody } from '../../src/schemes/envelope.ts';
import { readLiveKey } from '../../src/schemes/live-key.ts';
import { custom } from '../../src/schemes/profiles/custom.ts';
import type { Scheme } from '../../src/schemes/scheme.ts';
import type { SchemeSettings } from '../../src/schemes/settings.ts';
import { createVerify } from '../../src/schemes/verify.ts';

const nowMs = 1_800_000_000_000;
const secret = Buffer.from('a-secret-of-the-tests');

function schemeOf(settings: Partial<SchemeSettings>): Scheme {
  const result = compileScheme(custom, { ...custom, signature: 'header:X-S', ...settings });
  if (result.kind === 'problems') throw new Error(JSON.stringify(result.problems));
  return result.scheme;
}

/** Verifies what came, under the secret; the headers are those that the message names, and the signature. */
function verdictOf(scheme: Scheme, body: string, headers: readonly string[]) {
  const read = readLiveKey(scheme, { name: 'k', secret });
  if (read.kind !== 'key') throw new Error(read.expected);
  const bytes = Buffer.from(body);
  const scan = scheme.form === undefined ? undefined : createEnvelopeScan(scheme.form)(bytes);
  if (scan?.kind === 'fault') throw new Error(scan.problem);
  return createVerify(scheme, [read.key])(headers, scan?.envelope ?? wholeBody(bytes), nowMs);
}

/** The signature's header for a text, by Node's own HMAC. */
function signed(text: string): readonly string[] {
  return ['X-S', createHmac('sha256', secret).update(text).digest('hex')];
}

function keyOf(scheme: Scheme, body: string): string | undefined {
  const verdict = verdictOf(scheme, body, signed(body));
  return verdict.kind === 'match'
    ? eventKey('r', scheme.covers, Buffer.from(body), verdict.identity)
    : undefined;
}

test('no part may hold the registered URL that stands behind it', () => {
  const scheme = schemeOf({ message: '{header:X-A}{url}.{body}', publicUrl: 'https://g/x' });
  const body = '1https://g/x.{"a":1}';
  const signature = signed(`xhttps://g/x.${body}`);
  expect(verdictOf(scheme, body, ['X-A', 'x', ...signature]).kind).toBe('match');
  const moved = ['X-A', 'xhttps://g/x.1', ...signature];
  expect(verdictOf(scheme, '{"a":1}', moved).kind).toBe('mismatch');
});

test('the registered URL alone tells where a part ends', () => {
  const scheme = schemeOf({ message: '{header:X-A}{url}{body}', publicUrl: 'https://g/x' });
  const body = 'https://g/x{}';
  const signature = signed(`1https://g/x${body}`);
  expect(verdictOf(scheme, body, ['X-A', '1', ...signature]).kind).toBe('match');
  expect(verdictOf(scheme, '{}', ['X-A', '1https://g/x', ...signature]).kind).toBe('mismatch');
});

test('a body that is cut off where it holds that text is not the signed one', () => {
  const scheme = schemeOf({ message: '{body@received,compact}.{header:X-A}' });
  const signature = signed('{"a":"x.y"}.h');
  expect(verdictOf(scheme, '{"a":"x.y"}', ['X-A', 'h', ...signature]).kind).toBe('match');
  expect(verdictOf(scheme, '{"a":"x', ['X-A', 'y"}.h', ...signature]).kind).toBe('mismatch');
});

test('blanks that end a body do not begin the tag behind it', () => {
  const scheme = schemeOf({ signature: 'header:X-S#v1', message: '{body@received} {signature#n}' });
  const [, signature] = signed('{"a":1}  x');
  const headers = (n: string) => ['X-S', `n=${n},v1=${signature}`];
  expect(verdictOf(scheme, '{"a":1} ', headers('x')).kind).toBe('match');
  expect(verdictOf(scheme, '{"a":1}', headers(' x')).kind).toBe('mismatch');
});

test('nor end in what could be the begin of the text behind it', () => {
  const scheme = schemeOf({ message: '{header:X-A}::{header:X-B}::{body}' });
  const signature = signed('a:::b::{}');
  const readings = [
    ['X-A', 'a', 'X-B', ':b'],
    ['X-A', 'a:', 'X-B', 'b'],
  ].map((headers) => verdictOf(scheme, '{}', [...headers, ...signature]).kind);
  expect(readings.filter((kind) => kind === 'match').length).toBeLessThanOrEqual(1);
});

test('nor where a body in front of it ends so', () => {
  const scheme = schemeOf({ message: '{body}::{header:X-A}' });
  const signature = signed('{}:::a');
  expect(verdictOf(scheme, '{}', ['X-A', ':a', ...signature]).kind).toBe('match');
  expect(verdictOf(scheme, '{}:', ['X-A', 'a', ...signature]).kind).toBe('mismatch');
});

test('two signed names that fit no header field are two events', () => {
  const scheme = schemeOf({ message: '{body}', event: 'json:/event', id: 'json:/ref' });
  const keys = ['Payment Pending', 'Payment Paid', 'Zahlung geprüft'].map((event) =>
    keyOf(scheme, JSON.stringify({ event, ref: 'r1' })),
  );
  expect(new Set(keys).size).toBe(3);
  expect(keys).not.toContain(undefined);
});

test('a field that comes twice is read in no way, be it the signature or what is signed', () => {
  const scheme = schemeOf({ message: '{header:X-A}.{body}' });
  const headers = ['X-A', '1', ...signed('1.{}')];
  expect(verdictOf(scheme, '{}', headers).kind).toBe('match');
  expect(verdictOf(scheme, '{}', [...headers, 'x-s', 'other']).kind).toBe('mismatch');
  expect(verdictOf(scheme, '{}', [...headers, 'x-a', '2']).kind).toBe('mismatch');
});

test('an id that is empty tells nothing, so the signed text does', () => {
  const scheme = schemeOf({ message: '{body}', event: 'json:/event', id: 'json:/ref' });
  const [one, other] = ['{"event":"paid","ref":""}', '{"event":"paid","ref":"","x":2}'].map((body) =>
    keyOf(scheme, body),
  );
  expect(one).not.toBe(other);
});

test.each([
  ['a member', '{json:/ref}.{body}', 'r1.'],
  ['a number', '{json:/data/n}|{body}', '1.50|'],
  ['an object', '{json:/data@compact}.{body}', '{"n":1.50}.'],
])('%s may stand before the whole body', (_name, message, before) => {
  const scheme = schemeOf({ message });
  const body = '{"ref":"r1", "data":{ "n":1.50 }}';
  expect(verdictOf(scheme, body, signed(before + body)).kind).toBe('match');
  expect(verdictOf(scheme, body, signed(body)).kind).toBe('mismatch');
  const other = '{"ref":"r1", "ref":"r1", "data":{ "n":1.50 }, "data":{ "n":1.50 }}';
  expect(verdictOf(scheme, other, signed(before + other)).kind).toBe('mismatch');
});

test('a body that ends its line is signed with that end', () => {
  const scheme = schemeOf({ message: '{body@received,compact}' });
  const body = '{"event":"a","data":{}}\n';
  expect(verdictOf(scheme, body, signed(body)).kind).toBe('match');
});

test('a key that is nothing behind its prefix is none', () => {
  const scheme = schemeOf({ message: '{body}', key: 'text whsec_' });
  expect(readLiveKey(scheme, { name: 'k', secret: Buffer.from('whsec_') })).toMatchObject({
    expected: 'expected a key behind whsec_',
  });
});
