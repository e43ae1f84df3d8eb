import type { Envelope } from '../schemes/envelope.ts';
import { juicywayScheme } from '../schemes/juicyway.ts';
import { type ChecksumKey, readLiveKey } from '../schemes/live-key.ts';
import { createVerify } from '../schemes/verify.ts';

export type { ChecksumKey } from '../schemes/live-key.ts';

export type Verification =
  | { readonly kind: 'match'; readonly keyName: string; readonly encoding: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'mismatch'; readonly detail: string };

/** Checks the checksum that an event carries. `detail` names what was tried, never a digest. */
export type Verifier = (envelope: Envelope) => Verification;

/** Compiles the live keys and the accepted ways of writing `data` of the default scheme. */
export function createVerifier(rules: {
  keys: readonly ChecksumKey[];
  encodings: readonly string[];
}): Verifier {
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
