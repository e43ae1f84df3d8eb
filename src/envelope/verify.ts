import { timingSafeEqual } from 'node:crypto';
import type { ChecksumEncoding } from '../delivery/delivery.ts';
import { hexDigit } from '../hex/hex-digit.ts';
import type { Envelope } from './envelope.ts';
import { createHmacSha256 } from './hmac.ts';

/** A business ID under which events may be signed; several are live while one is replaced by another. */
export interface ChecksumKey {
  /** Shown in logs and metrics. */
  readonly name: string;
  readonly secret: Buffer;
}

export type Verification =
  | { readonly kind: 'match'; readonly keyName: string; readonly encoding: ChecksumEncoding }
  | { readonly kind: 'missing' }
  | { readonly kind: 'mismatch'; readonly detail: string };

/** Checks the checksum that an event carries. `detail` names what was tried, never a digest. */
export type Verifier = (envelope: Envelope) => Verification;

/**
 * Compiles the live keys and the accepted encodings of `data` (JUICYWAY.md, "Checksum"). What matched last is tried
 * first, so that the usual event costs one HMAC however many keys there are.
 */
export function createVerifier(rules: {
  keys: readonly ChecksumKey[];
  encodings: readonly ChecksumEncoding[];
}): Verifier {
  const { encodings } = rules;
  const keys = rules.keys.map(({ name, secret }) => ({ name, writeHmac: createHmacSha256(secret) }));
  const tried = `no match with ${listed('key', rules.keys)}; data ${encodings.join(', ')}`;
  const sent = Buffer.alloc(32);
  const computed = Buffer.alloc(32);
  let lastKey = keys[0];
  let lastEncoding = encodings[0];

  function holds(key: (typeof keys)[number], event: string, data: Buffer): boolean {
    key.writeHmac(computed, `${event}|`, data);
    return timingSafeEqual(sent, computed);
  }

  return (envelope) => {
    const { checksum, event } = envelope;
    if (checksum === undefined) return { kind: 'missing' };
    if (!readHex(checksum, sent))
      return { kind: 'mismatch', detail: 'the checksum is not 64 hexadecimal digits' };
    if (lastKey === undefined || lastEncoding === undefined) return { kind: 'mismatch', detail: tried };

    const likeliest = envelope.dataIn(lastEncoding);
    if (holds(lastKey, event, likeliest)) return match(lastKey.name, firstAlike(lastEncoding));
    for (const encoding of encodings) {
      if (firstAlike(encoding) !== encoding) continue;
      const data = envelope.dataIn(encoding);
      for (const key of keys) {
        if (key === lastKey && data === likeliest) continue;
        if (!holds(key, event, data)) continue;
        lastKey = key;
        lastEncoding = encoding;
        return match(key.name, encoding);
      }
    }
    return { kind: 'mismatch', detail: tried };

    /** Encodings that write this body alike count as the one that is configured first. */
    function firstAlike(encoding: ChecksumEncoding): ChecksumEncoding {
      for (const other of encodings) {
        if (other === encoding || envelope.dataIn(other) === envelope.dataIn(encoding)) return other;
      }
      return encoding;
    }
  };
}

function match(keyName: string, encoding: ChecksumEncoding): Verification {
  return { kind: 'match', keyName, encoding };
}

/** Reads exactly 64 hexadecimal digits, in either case, into 32 bytes; false for anything else. */
function readHex(text: string, bytes: Buffer): boolean {
  if (text.length !== 2 * bytes.length) return false;
  for (let index = 0; index < bytes.length; index++) {
    const high = hexDigit(text.charCodeAt(2 * index));
    const low = hexDigit(text.charCodeAt(2 * index + 1));
    if (high < 0 || low < 0) return false;
    bytes[index] = 16 * high + low;
  }
  return true;
}

function listed(noun: string, keys: readonly ChecksumKey[]): string {
  return `${noun}${keys.length === 1 ? '' : 's'} ${keys.map((key) => key.name).join(', ') || '(none)'}`;
}
