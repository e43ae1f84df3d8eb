import { createHash, hash } from 'node:crypto';

/** Writes the HMAC of `head`, in Latin-1, `data` and `tail`, in Latin-1, into `digest`. */
export type WriteHmac = (digest: Buffer, head: string, data: Buffer, tail?: string) => void;

export type HashName = 'sha1' | 'sha256' | 'sha512';

export const digestBytes: Readonly<Record<HashName, number>> = { sha1: 20, sha256: 32, sha512: 64 };
const blockBytes: Readonly<Record<HashName, number>> = { sha1: 64, sha256: 64, sha512: 128 };

/**
 * From so many bytes on a hash takes them where they lie, in several pieces: the object that does so costs less than
 * memory for a copy, which costs more than the hashing itself where it comes from the kernel.
 */
export const hashedInPlaceFrom = 2048;

/**
 * Prepares the HMAC of one key: RFC 2104 written out over OpenSSL's hashes. Two one-shot hashes take two thirds of
 * the time of `createHmac`, whose stream object costs more than the hashing of an 800-byte event
 * (`node bench/envelope.ts` prints both).
 */
export function createHmac(algorithm: HashName, secret: Buffer): WriteHmac {
  const block = blockBytes[algorithm];
  const key = secret.length > block ? Buffer.from(hash(algorithm, secret, 'hex'), 'hex') : secret;
  const innerPad = padded(key, block, 0x36);
  const outer = Buffer.concat([padded(key, block, 0x5c), Buffer.alloc(digestBytes[algorithm])]);

  return (digest, head, data, tail = '') => {
    const inner =
      data.length < hashedInPlaceFrom ? hashCopied(head, data, tail) : hashInPlace(head, data, tail);
    outer.write(inner, block, 'latin1');
    digest.write(hash(algorithm, outer, 'binary'), 0, 'latin1');
  };

  // Both give text: a digest asked for as a Buffer takes twice as long.

  function hashCopied(head: string, data: Buffer, tail: string): string {
    const message = Buffer.allocUnsafe(block + head.length + data.length + tail.length);
    message.set(innerPad);
    message.write(head, block, 'latin1');
    message.set(data, block + head.length);
    if (tail !== '') message.write(tail, block + head.length + data.length, 'latin1');
    return hash(algorithm, message, 'binary');
  }

  function hashInPlace(head: string, data: Buffer, tail: string): string {
    return createHash(algorithm)
      .update(innerPad)
      .update(head, 'latin1')
      .update(data)
      .update(tail, 'latin1')
      .digest('binary');
  }
}

function padded(key: Buffer, blockLength: number, pad: number): Buffer {
  const block = Buffer.alloc(blockLength, pad);
  for (const [index, byte] of key.entries()) block[index] = byte ^ pad;
  return block;
}
