import type { Difference } from './difference.ts';
import { createHmac, type HashName, type WriteHmac } from './hmac.ts';
import { findLeftovers } from './leftovers.ts';
import { type ChecksumKey, decode, readKeyBytes } from './live-key.ts';
import type { Scheme } from './scheme.ts';

/** A key, or what may have been meant by its file, that is tried. */
export interface KeyTrial {
  readonly keyName: string;
  readonly writeHmac: WriteHmac;
  readonly differences: readonly Difference[];
}

/** The keys as they are before what may have been meant by their files. */
export function keyTrialsOf(
  scheme: Scheme,
  keys: readonly ChecksumKey[],
  hashName: HashName,
): readonly KeyTrial[] {
  const read = keys.map(({ name, secret: file }) => {
    const bytes = readKeyBytes(scheme, file);
    return { name, file, secret: 'bytes' in bytes ? bytes.bytes : file };
  });
  const trial = (keyName: string, secret: Buffer, differences: readonly Difference[]): KeyTrial => ({
    keyName,
    writeHmac: createHmac(hashName, secret),
    differences,
  });
  return [
    ...read.map(({ name, secret }) => trial(name, secret, [])),
    ...read.flatMap(({ name, file, secret }) =>
      keyVariants(file, secret).map(([words, variant]) => trial(name, variant, [{ of: 'key', words }])),
    ),
  ];
}

/** What else a key's file may mean. */
function keyVariants(file: Buffer, secret: Buffer): readonly (readonly [words: string, variant: Buffer])[] {
  const text = secret.toString('utf8');
  const whole = file.toString('utf8');
  const behindPrefix = /^(?:whsec_|sk_|whsk_)(.+)$/.exec(whole)?.[1];
  const variants: [string, Buffer | undefined][] = [
    ['the key followed by a newline', Buffer.concat([secret, Buffer.from('\n')])],
    ['the key without the white space around it', Buffer.from(text.trim())],
    ['the key in lower case', Buffer.from(text.toLowerCase())],
    ['the key in upper case', Buffer.from(text.toUpperCase())],
    ['the whole text of the key, its prefix included', file],
    ['the key without its prefix', behindPrefix === undefined ? undefined : Buffer.from(behindPrefix)],
    [
      'the key without its prefix, decoded from base64',
      behindPrefix === undefined ? undefined : decode(behindPrefix, 'base64'),
    ],
    ['the key decoded from base64', decode(whole, 'base64')],
    ['the key decoded from hex', decode(whole, 'hex')],
  ];
  const cleaned = findLeftovers(file).map(({ has, meant }): [string, Buffer | undefined] => [
    `the key that is left where one thing of its file is taken away: it ${has}`,
    meant,
  ]);
  return [...variants, ...cleaned].flatMap(([words, variant]) =>
    variant === undefined || variant.length === 0 || variant.equals(secret)
      ? []
      : [[words, variant] as const],
  );
}
