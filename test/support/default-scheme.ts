/** The default scheme as 0.1.0 had it: one event with its data and a checksum in the body. */
import { digestOf } from '../../src/schemes/duplicate-key.ts';
import {
  createEnvelopeScan,
  type Envelope,
  type EnvelopeForm,
  type Scan,
} from '../../src/schemes/envelope.ts';
import { juicywayScheme } from '../../src/schemes/juicyway-scheme.ts';
import { type ChecksumKey, readLiveKey } from '../../src/schemes/live-key.ts';
import { createVerify } from '../../src/schemes/verify.ts';

export type { Envelope } from '../../src/schemes/envelope.ts';

/** Finds the signed parts of an event in the bytes as they came. */
export const scanEnvelope: (body: Buffer) => Scan = createEnvelopeScan(
  juicywayScheme(['received']).form as EnvelopeForm,
);

export type Verification =
  | { readonly kind: 'match'; readonly keyName: string; readonly encoding: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'mismatch'; readonly detail: string };

/** Checks the checksum that an event carries, under live keys and accepted ways of writing `data`. */
export function createVerifier(rules: {
  keys: readonly ChecksumKey[];
  encodings: readonly string[];
}): (envelope: Envelope) => Verification {
  const scheme = juicywayScheme(rules.encodings);
  const keys = rules.keys.flatMap((key) => {
    const read = readLiveKey(scheme, key);
    return read.kind === 'key' ? [read.key] : [];
  });
  const verify = createVerify(scheme, keys);
  return (envelope) => {
    const verdict = verify([], envelope, 0);
    if (verdict.kind === 'match')
      return { kind: 'match', keyName: verdict.keyName, encoding: verdict.wayName };
    return verdict.kind === 'missing' ? { kind: 'missing' } : { kind: 'mismatch', detail: verdict.detail };
  };
}

/**
 * The key of an event as it was in 0.1.0: over the route's name, the event and its sorted data. The same for every way to
 * write the members of `data`, for every key and encoding.
 */
export function duplicateKey(routeName: string, envelope: Envelope): string {
  return digestOf(routeName, [envelope.event ?? '', envelope.dataIn('sorted')]);
}
