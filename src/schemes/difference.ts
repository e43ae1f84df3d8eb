import type { DigestEncoding } from './settings.ts';

/** What has to be another one: the file of the key, how a digest is written, or what the signer does. */
export interface Difference {
  readonly of: 'key' | 'encoding' | 'prefix' | 'alphabet' | 'numbers';
  readonly words: string;
  /** What stands before the signature; of a prefix only. */
  readonly prefix?: string;
  /** How the digest is written; of an encoding only. */
  readonly encoding?: DigestEncoding;
}
