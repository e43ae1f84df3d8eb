import { readFileSync } from 'node:fs';
import { withoutNewline } from './keys.ts';

/** The business ID in `file`: its bytes without one trailing newline, as in the keys directory. Throws a sentence when there is none. */
export function readKeyFile(file: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new Error(`the key file ${file} cannot be read`, { cause });
  }
  const secret = withoutNewline(bytes);
  if (secret.length === 0) throw new Error(`the key file ${file} is empty, expected the business ID`);
  return secret;
}
