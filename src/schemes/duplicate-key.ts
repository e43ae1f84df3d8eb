import { createHash, type Hash, hash } from 'node:crypto';
import { BACKSLASH } from '../json/ascii.ts';
import { hashedInPlaceFrom } from './hmac.ts';
import type { Identity } from './identify.ts';
import type { Scheme } from './scheme.ts';

const lengthBytes = 8;

/**
 * Names an event for the duplicate store and for Idempotency-Key: lower-case hex of SHA-256 over texts, each behind its
 * length. With the route's name in it always; then the signed id and the event's name, or else what the signed text has
 * that every delivery of the event has, and the body where that leaves it out. A name that nobody signed stands beside
 * the signed text, so that one body counts once for each name. docs/schemes.md says why each is as it is.
 */
export function eventKey(
  routeName: string,
  covers: 'body' | 'members' | 'nothing',
  body: Buffer,
  { name = '', eventIsSigned, id, parts: signed }: Identity,
): string {
  if (id !== undefined) {
    return digestOf(routeName, eventIsSigned ? ['id', name, id] : ['id', id, name]);
  }
  return keyOver(routeName, covers === 'nothing' ? [body] : signed.lasting(), { name, eventIsSigned });
}

/**
 * The key that the same delivery has where ways of the other kind are listed, those that rewrite strings or none of them: it
 * was delivered under this one if the list has changed since. Undefined where that makes no difference.
 */
export function keyUnderOtherWays(
  routeName: string,
  { ways, rewritesStrings }: Pick<Scheme, 'ways' | 'rewritesStrings'>,
  body: Buffer,
  { name = '', eventIsSigned, id, parts }: Identity,
): string | undefined {
  // What is written without an escape is written in one way already.
  if (id !== undefined || ways.length === 0 || !body.includes(BACKSLASH)) return undefined;
  return keyOver(routeName, parts.lasting(!rewritesStrings), { name, eventIsSigned });
}

function keyOver(
  routeName: string,
  lasting: readonly (string | Buffer)[],
  { name, eventIsSigned }: { readonly name: string; readonly eventIsSigned: boolean },
): string {
  return digestOf(routeName, eventIsSigned ? lasting : [...lasting, name]);
}

/** SHA-256 over the route's name in UTF-8, texts in Latin-1 and bytes, each behind its length (8 bytes, big-endian). */
export function digestOf(routeName: string, parts: readonly (string | Buffer)[]): string {
  const routeBytes = Buffer.byteLength(routeName);
  let size = lengthBytes + routeBytes;
  for (const part of parts) size += lengthBytes + (isHashedInPlace(part) ? 0 : part.length);
  const message = Buffer.allocUnsafe(size);
  /** Of what came before `from`. */
  let pieces: Hash | undefined;
  let from = 0;
  let at = writeLength(message, routeBytes, 0);
  at += message.write(routeName, at, 'utf8');
  for (const part of parts) {
    at = writeLength(message, part.length, at);
    if (isHashedInPlace(part)) {
      pieces ??= createHash('sha256');
      pieces.update(message.subarray(from, at)).update(part);
      from = at;
      continue;
    }
    if (typeof part === 'string') message.write(part, at, 'latin1');
    else message.set(part, at);
    at += part.length;
  }
  return pieces === undefined
    ? hash('sha256', message, 'hex')
    : pieces.update(message.subarray(from)).digest('hex');
}

function isHashedInPlace(part: string | Buffer): part is Buffer {
  return typeof part !== 'string' && part.length >= hashedInPlaceFrom;
}

/** No length comes near 4 GiB, so the upper half is always zero. */
function writeLength(message: Buffer, length: number, at: number): number {
  message.writeUInt32BE(0, at);
  return message.writeUInt32BE(length, at + 4);
}
