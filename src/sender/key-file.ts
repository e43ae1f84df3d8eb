import { readFileSync } from 'node:fs';

/** The business ID in `file`: its bytes without one trailing newline, as in the keys directory. Throws a sentence when there is none. */
export function readKeyFile(file: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new Error(`the key file ${file} cannot be read`, { cause });
  }
  let end = bytes.length;
  if (bytes[end - 1] === 0x0a) end -= bytes[end - 2] === 0x0d ? 2 : 1;
  if (end === 0) throw new Error(`the key file ${file} is empty, expected the business ID`);
  return bytes.subarray(0, end);
}
