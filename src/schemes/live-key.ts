import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { createHmac, type WriteHmac } from './hmac.ts';
import type { Scheme } from './scheme.ts';

/** A key under which events may be signed; several are live while one is replaced by another. */
export interface ChecksumKey {
  /** Shown in logs and metrics. */
  readonly name: string;
  /** As its file has it. Never shown anywhere. */
  readonly secret: Buffer;
}

/** A key as its scheme uses it. What it is decides how it checks; nothing in a request does. */
export type LiveKey =
  | {
      readonly kind: 'hmac';
      readonly name: string;
      readonly tag: string | undefined;
      readonly writeHmac: WriteHmac;
    }
  | {
      readonly kind: 'ed25519';
      readonly name: string;
      readonly tag: string | undefined;
      readonly publicKey: KeyObject;
    }
  /** The SHA-256 of the secret itself. */
  | {
      readonly kind: 'equals';
      readonly name: string;
      readonly tag: string | undefined;
      readonly digest: Buffer;
    };

export type KeyRead =
  | { readonly kind: 'key'; readonly key: LiveKey }
  /** `expected` is a sentence that holds nothing of the key. */
  | { readonly kind: 'invalid'; readonly expected: string };

/** Which hash an HMAC algorithm uses. */
export const hashOf = { 'hmac-sha256': 'sha256', 'hmac-sha512': 'sha512', 'hmac-sha1': 'sha1' } as const;

/** Prefixes of Standard Webhooks: of a shared secret, a public key and a private key. */
const secretPrefix = 'whsec_';
const publicPrefix = 'whpk_';
const privatePrefix = 'whsk_';

/** Reads the bytes of a key as its scheme says. A secret is never taken for a public key, nor the other way round. */
export function readLiveKey(scheme: Scheme, { name, secret }: ChecksumKey): KeyRead {
  const text = secret.toString('latin1');
  const { signature, key: form } = scheme;
  const tag = signature.kind === 'header' ? signature.tag : undefined;
  if (text.startsWith(privatePrefix)) return invalid('expected no private key (whsk_), which only signs');
  if (text.startsWith(publicPrefix)) {
    if (scheme.algorithm === 'ed25519') {
      return publicKey(name, tag, text.slice(publicPrefix.length), 'base64');
    }
    // Standard Webhooks: the same senders' newer keys, whose entries stand beside the others under a tag of their own.
    if (form.prefix === secretPrefix && tag === 'v1') {
      return publicKey(name, 'v1a', text.slice(publicPrefix.length), 'base64');
    }
    return invalid('expected a secret; whpk_ is the prefix of a public key, which anybody may know');
  }
  if (scheme.algorithm === 'ed25519') {
    if (text.startsWith(secretPrefix))
      return invalid('expected a public key; whsec_ is the prefix of a secret');
    if (!text.startsWith(form.prefix)) return invalid(`expected a key that begins with ${form.prefix}`);
    return publicKey(name, tag, text.slice(form.prefix.length), form.kind === 'hex' ? 'hex' : 'base64');
  }
  const bytes = readKeyBytes(scheme, secret);
  if ('expected' in bytes) return invalid(bytes.expected);
  if (scheme.algorithm === 'equals') {
    return { kind: 'key', key: { kind: 'equals', name, tag, digest: sha256(bytes.bytes) } };
  }
  const writeHmac = createHmac(hashOf[scheme.algorithm], bytes.bytes);
  return { kind: 'key', key: { kind: 'hmac', name, tag, writeHmac } };
}

/** The bytes of a shared secret, without the prefix and decoded. */
export function readKeyBytes(
  { key: form, algorithm }: Pick<Scheme, 'key' | 'algorithm'>,
  secret: Buffer,
): { readonly bytes: Buffer } | { readonly expected: string } {
  const text = secret.toString('latin1');
  if (!text.startsWith(form.prefix)) return { expected: `expected a key that begins with ${form.prefix}` };
  if (form.kind === 'text') {
    const key = secret.subarray(form.prefix.length);
    return key.length > 0 ? { bytes: key } : { expected: `expected a key behind ${form.prefix}` };
  }
  const bytes = decode(text.slice(form.prefix.length), form.kind);
  const behind = form.prefix === '' ? '' : ` behind ${form.prefix}`;
  if (bytes === undefined || bytes.length === 0) return { expected: `expected ${form.kind}${behind}` };
  if (
    form.prefix === secretPrefix &&
    algorithm.startsWith('hmac') &&
    (bytes.length < 24 || bytes.length > 64)
  ) {
    return { expected: 'expected base64 of 24 to 64 bytes behind whsec_' };
  }
  return { bytes };
}

/** Whether the text of a key stands for other bytes, so that base64 is how it is meant to be written. */
export function isDecoded({ key: { kind } }: Pick<Scheme, 'key'>): boolean {
  return kind !== 'text';
}

/** Bytes of hex in either case, or of standard base64 whose padding may be missing; undefined for anything else. */
export function decode(text: string, kind: 'hex' | 'base64'): Buffer | undefined {
  if (kind === 'hex') return /^(?:[0-9A-Fa-f]{2})*$/.test(text) ? Buffer.from(text, 'hex') : undefined;
  const bytes = Buffer.from(text, 'base64');
  const written = bytes.toString('base64');
  return text === written || text === written.replace(/=+$/, '') ? bytes : undefined;
}

export function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function publicKey(name: string, tag: string | undefined, text: string, kind: 'hex' | 'base64'): KeyRead {
  const bytes = decode(text, kind);
  if (bytes?.length !== 32) return invalid(`expected ${kind} of the 32 bytes of an Ed25519 public key`);
  try {
    return { kind: 'key', key: { kind: 'ed25519', name, tag, publicKey: ed25519Key(bytes) } };
  } catch {
    return invalid('expected an Ed25519 public key');
  }
}

function ed25519Key(bytes: Buffer): KeyObject {
  // RFC 8410 section 4: what stands before the 32 bytes in a SubjectPublicKeyInfo.
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytes]);
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}

function invalid(expected: string): KeyRead {
  return { kind: 'invalid', expected };
}
