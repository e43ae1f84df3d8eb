import { BACKSLASH, QUOTE } from './ascii.ts';

/** Position after the string whose opening quote is at `at`; for bytes that the scanner has accepted. */
export function afterString(bytes: Buffer, at: number): number {
  let next = at + 1;
  while (bytes[next] !== QUOTE) next += bytes[next] === BACKSLASH ? 2 : 1;
  return next + 1;
}
