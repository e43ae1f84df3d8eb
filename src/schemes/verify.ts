import { timingSafeEqual, verify as verifyEd25519 } from 'node:crypto';
import type { Envelope } from './envelope.ts';
import type { RawHeaders } from './head-fields.ts';
import { digestBytes } from './hmac.ts';
import { createIdentify, type Identity } from './identify.ts';
import { hashOf, type LiveKey, sha256 } from './live-key.ts';
import { digestForm, readDigest, readHexIn, readSignatures } from './read-signatures.ts';
import type { Scheme } from './scheme.ts';
import { createMessageReader, type MessageParts, type SignedText } from './signed-text.ts';

/** What a scheme says of one delivery. `detail` names what was tried, never a digest. */
export type Verification =
  | {
      readonly kind: 'match';
      readonly keyName: string;
      /** The way in which the part with `@` was written; `received` where there is none. */
      readonly wayName: string;
      readonly identity: Identity;
    }
  | { readonly kind: 'missing' | 'mismatch' | 'stale' | 'malformed'; readonly detail: string };

/** Checks the signature of one delivery, whose head arrived at `arrivedMs` by the wall clock. */
export type Verify = (rawHeaders: RawHeaders, envelope: Envelope, arrivedMs: number) => Verification;

/**
 * Compiles a scheme and its live keys. What matched last is tried first, so that the usual event costs one HMAC however
 * many keys and ways there are; each digest is made once, however many signatures a header holds.
 */
export function createVerify(scheme: Scheme, keys: readonly LiveKey[]): Verify {
  const readMessage = createMessageReader(scheme);
  const identify = createIdentify(scheme);
  const tags = [...new Set(keys.map(({ tag }) => tag))];
  const isEd25519 = new Set(keys.filter(({ kind }) => kind === 'ed25519').map(({ tag }) => tag));
  const tried = noMatch(scheme, keys);
  const isEquals = scheme.algorithm === 'equals';
  const bytes = scheme.algorithm.startsWith('hmac')
    ? digestBytes[hashOf[scheme.algorithm as keyof typeof hashOf]]
    : 0;
  const usualSent = Buffer.alloc(bytes);
  const usual: readonly Buffer[] = [usualSent];
  const usualOfAll: Sent = [usual];
  const isHexMember =
    scheme.signature.kind === 'member' && scheme.encoding === 'hex' && scheme.prefix === '' && bytes > 0;
  const computed = Buffer.alloc(bytes);
  let lastKey = keys[0];
  let lastWay = scheme.ways[0];

  return (rawHeaders, envelope, arrivedMs) => {
    const sent = readSent(rawHeaders, envelope);
    if ('kind' in sent) return sent;
    const message = readMessage(rawHeaders, envelope);
    if ('kind' in message) return { kind: 'mismatch', detail: message.detail };
    const parts: MessageParts = message;
    if (lastKey === undefined) return { kind: 'mismatch', detail: tried };

    const { ways } = parts;
    const first = Math.max(0, ways.indexOf(lastWay));
    const likeliest = parts.dataIn(ways[first]);
    if (holds(lastKey, parts, likeliest, sent))
      return match(lastKey, parts, firstAlike(parts, first), rawHeaders, envelope, arrivedMs);
    for (let index = 0; index < ways.length; index++) {
      if (firstAlike(parts, index) !== index) continue;
      const data = parts.dataIn(ways[index]);
      for (const key of keys) {
        if (key === lastKey && data === likeliest) continue;
        if (!holds(key, parts, data, sent)) continue;
        lastKey = key;
        lastWay = ways[index];
        return match(key, parts, index, rawHeaders, envelope, arrivedMs);
      }
    }
    return { kind: 'mismatch', detail: tried };
  };

  function match(
    { name: keyName }: LiveKey,
    parts: MessageParts,
    wayIndex: number,
    rawHeaders: RawHeaders,
    envelope: Envelope,
    arrivedMs: number,
  ): Verification {
    const identity = identify(rawHeaders, envelope, parts, arrivedMs);
    if (identity.kind !== 'identity') return identity;
    return { kind: 'match', keyName, wayName: parts.ways[wayIndex]?.name ?? 'received', identity };
  }

  /** The signatures that may hold, by the tag of the keys that check them. */
  function readSent(rawHeaders: RawHeaders, envelope: Envelope): Sent | Verification {
    // The usual digest within a body; whatever else stands there is read, and refused, below.
    if (
      isHexMember &&
      envelope.signature !== undefined &&
      readHexIn(envelope.body, envelope.signature, usualSent)
    )
      return usualOfAll;
    const sent: (readonly Buffer[])[] = [];
    let count = 0;
    let refusal: Verification | undefined;
    for (const tag of tags) {
      const read = readSignatures(scheme, rawHeaders, envelope, tag);
      if (read.kind !== 'texts') {
        refusal ??= { kind: read.kind === 'missing' ? 'missing' : 'mismatch', detail: read.detail };
        sent.push(none);
        continue;
      }
      const digests = decodeAll(read.texts, tag);
      sent.push(digests);
      count += digests.length;
      if (digests.length === 0)
        refusal ??= {
          kind: 'mismatch',
          detail: `${place(scheme)} is not ${digestForm(scheme.encoding, bytes || 64)}`,
        };
    }
    if (count > 0) return sent;
    return refusal ?? { kind: 'mismatch', detail: tried };
  }

  function decodeAll(texts: readonly string[], tag: string | undefined): readonly Buffer[] {
    // Header fields are bytes; a member of the body is text.
    const written = scheme.signature.kind === 'member' ? 'utf8' : 'latin1';
    if (isEquals) return texts.map((text) => sha256(Buffer.from(text, written)));
    const length = isEd25519.has(tag) ? 64 : bytes;
    // One buffer serves them all, so only where no other tag's digest is in it.
    if (tags.length === 1 && texts.length === 1 && length === bytes) {
      return readDigest(texts[0] as string, scheme.encoding, usualSent) ? usual : none;
    }
    return texts.flatMap((text) => {
      const digest = Buffer.alloc(length);
      return readDigest(text, scheme.encoding, digest) ? [digest] : [];
    });
  }

  function holds(key: LiveKey, { head, tail }: MessageParts, data: Buffer, sent: Sent): boolean {
    const digests = sent[tags.indexOf(key.tag)] ?? none;
    const only = digests[0];
    if (only === undefined) return false;
    switch (key.kind) {
      case 'hmac':
        key.writeHmac(computed, head, data, tail);
        return digests.length === 1
          ? timingSafeEqual(only, computed)
          : digests.some((digest) => timingSafeEqual(digest, computed));
      case 'ed25519': {
        const bytes = joined({ head, data, tail });
        return digests.some((digest) => verifyEd25519(null, bytes, key.publicKey, digest));
      }
      case 'equals':
        return digests.some((digest) => timingSafeEqual(digest, key.digest));
    }
  }
}

/** The digests that may hold, for each of the scheme's tags. */
type Sent = readonly (readonly Buffer[])[];

const none: readonly Buffer[] = [];

/** Ways that write this body alike count as the one that is listed first. */
function firstAlike(parts: MessageParts, index: number): number {
  const { ways } = parts;
  for (let other = 0; other < index; other++) {
    if (parts.dataIn(ways[other]) === parts.dataIn(ways[index])) return other;
  }
  return index;
}

/** The signed text in one piece. */
export function joined({ head, data, tail }: SignedText): Buffer {
  return Buffer.concat([Buffer.from(head, 'latin1'), data, Buffer.from(tail, 'latin1')]);
}

function place({ signature }: Scheme): string {
  return signature.kind === 'member' ? `the ${signature.name}` : signature.name;
}

function noMatch(scheme: Scheme, keys: readonly LiveKey[]): string {
  const names = keys.map(({ name }) => name).join(', ') || '(none)';
  const text = `no match with key${keys.length === 1 ? '' : 's'} ${names}`;
  if (scheme.ways.length === 0) return text;
  const part = scheme.message.find((part) => 'ways' in part && part.ways !== undefined);
  const name = part?.kind === 'member' ? part.pointer.join('/') : 'body';
  return `${text}; ${name} ${scheme.ways.map((way) => way.name).join(', ')}`;
}
