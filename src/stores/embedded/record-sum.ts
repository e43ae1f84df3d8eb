import { crc32 } from 'node:zlib';

const numbers = new Float64Array(2);
const bytes = new Uint8Array(numbers.buffer);

/**
 * CRC-32 of a row, stored beside it. SQLite checks the structure of its pages, not what lies in them: a bit that flips
 * in a key or in an end of retention would forget an event in silence.
 */
export function sumOf(key: Uint8Array, first: number, second = 0): number {
  numbers[0] = first;
  numbers[1] = second;
  return crc32(bytes, crc32(key));
}
