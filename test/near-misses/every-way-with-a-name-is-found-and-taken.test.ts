import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { allWays, type Way } from '../../src/json/way.ts';
import { createSearch } from '../../src/near-misses/search.ts';
import { compileScheme } from '../../src/schemes/compile.ts';
import { createEnvelopeScan, wholeBody } from '../../src/schemes/envelope.ts';
import { readLiveKey } from '../../src/schemes/live-key.ts';
import { findProfile } from '../../src/schemes/profiles.ts';
import type { WaysFrom } from '../../src/schemes/remedy.ts';
import type { Scheme } from '../../src/schemes/scheme.ts';
import type { Profile, SchemeSettings } from '../../src/schemes/settings.ts';
import { signDelivery } from '../../src/schemes/sign-delivery.ts';
import { parseWays } from '../../src/schemes/template.ts';
import { createVerify } from '../../src/schemes/verify.ts';

const secret = Buffer.from('a-secret-of-the-tests');
const nowMs = 1_800_000_000_000;
/** A search that is never over; five milliseconds are another test's. */
const search = createSearch(1, () => 0);

const profileOf = (name: string): Profile => findProfile(name) as Profile;
function compiled(profile: string, own: Partial<SchemeSettings>, ways?: readonly Way[]): Scheme {
  const result = compileScheme(profileOf(profile), { ...profileOf(profile), ...own }, ways);
  if (result.kind === 'problems') throw new Error(JSON.stringify(result.problems));
  return result.scheme;
}

/** What the gate says of a delivery under a scheme. */
function verdict(scheme: Scheme, headers: readonly string[], body: Buffer): string {
  const read = readLiveKey(scheme, { name: 'primary', secret });
  const scan = scheme.form === undefined ? undefined : createEnvelopeScan(scheme.form)(body);
  if (read.kind !== 'key' || scan?.kind === 'fault') throw new Error('the test is broken');
  return createVerify(scheme, [read.key])(headers, scan?.envelope ?? wholeBody(body), nowMs).kind;
}

const names = fc.constantFrom('b', 'a', '10', '9', 'é', '😀', '\uff61');
const text = fc
  .array(fc.constantFrom('é', '/', '<', '"', '\\', "'", '+', '=', 'a', '\u2028', '😀', '\u007f'), {
    maxLength: 5,
  })
  .map((letters) => letters.join(''));
const data = fc.dictionary(names, fc.oneof(text, fc.constant([1, { z: 1, a: [] }])), {
  minKeys: 1,
  maxKeys: 4,
});

test.each<[string, WaysFrom]>([
  ['juicyway', 'checksum.encodings'],
  ['korapay', 'message'],
  ['korapay', 'routes[].checksum.encodings'],
  ['paystack', 'message'],
  ['stripe', 'message'],
])('%s, whose ways stand in %s', (profile, waysFrom) => {
  const scheme = compiled(profile, {});
  const bodyWays = scheme.ways.length === 0;
  const signer = bodyWays
    ? compiled(profile, { message: profileOf(profile).message.replace('{body}', '{body@received}') })
    : scheme;
  fc.assert(
    fc.property(fc.constantFrom(...allWays()), data, (way, value) => {
      const json = JSON.stringify({ event: 'e', type: 'e', data: value });
      const { headers, body } = signDelivery(signer, Buffer.from(json), { secret, way, nowMs });
      if (verdict(scheme, headers, body) === 'match') return;
      const found = search({
        scheme,
        waysFrom,
        keys: [{ name: 'primary', secret: Uint8Array.from(secret) }],
        rawHeaders: headers,
        body: Uint8Array.from(body),
      });
      const line = parse(found?.line ?? '') as {
        checksum?: { encodings: string[] };
        scheme?: { profile: string } & Partial<SchemeSettings>;
      } | null;
      const { encodings } = line?.checksum ?? {};
      const { profile: named = profile, ...own } = line?.scheme ?? { profile };
      const ways = encodings === undefined ? undefined : parseWays(encodings);
      if (ways !== undefined && 'expected' in ways) throw new Error(ways.expected);
      expect([way.name, verdict(compiled(named, own, ways?.ways), headers, body)]).toEqual([
        way.name,
        'match',
      ]);
    }),
    { numRuns: 12 },
  );
});
