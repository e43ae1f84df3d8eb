import { expect, test } from 'vitest';
import { Reading } from '../../src/json/reading.ts';
import { scanString } from '../../src/json/scan-string.ts';

/** Past what is read byte by byte at the beginning, and several words beyond. */
const longBytes = 72 + 16;
/** Bytes that mean nothing, at every edge of those that do. */
const ordinaryBytes = [0x20, 0x21, 0x23, 0x5b, 0x5d, 0x61, 0x7f, 0x80, 0xff];
const escapes = [
  '\\n',
  '\\"',
  '\\\\',
  '\\/',
  '\\u00e9',
  '\\ud83d\\ude00',
  '\\n\\"\\\\\\u0041',
  // None that is one.
  '\\x',
  '\\U0041',
  '\\u004',
  '\\ud83d',
  '\\ude00\\ud83d',
];

/** RFC 8259 section 7 without anything clever: where the string ends, or what is wrong with it and where. */
function readPlainly(text: string): string {
  for (let at = 0; at < text.length; ) {
    const character = text.charAt(at);
    if (character === '"') return `ends at ${at}`;
    if (character < ' ') return `an unescaped control character in a string at ${at}`;
    if (character !== '\\') {
      at += 1;
      continue;
    }
    const rest = text.slice(at);
    const length =
      /^\\["\\/bfnrt]/.exec(rest)?.[0].length ??
      /^\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}/.exec(rest)?.[0].length ??
      /^\\u(?![dD][89a-fA-F])[\da-fA-F]{4}/.exec(rest)?.[0].length;
    if (length === undefined) return `a wrong escape at ${at}`;
    at += length;
  }
  return `a string that does not end at ${text.length}`;
}

/** Reads `bytes` as they lie within larger memory, `offset` bytes behind its beginning and before more quotes. */
function read(bytes: Buffer, offset: number): string {
  const memory = Buffer.alloc(offset + bytes.length + 8, '"');
  bytes.copy(memory, offset);
  const reading = new Reading(memory.subarray(offset, offset + bytes.length));
  const end = scanString(reading, 0);
  if (end >= 0) return `ends at ${end}`;
  const { problem, problemOffset } = reading;
  return `${/escape(?!d)|surrogate/.test(problem) ? 'a wrong escape' : problem} at ${problemOffset}`;
}

/** Ten thousands of expectations would take longer than what they are about. */
function differences(bodies: Iterable<readonly [bytes: Buffer, offset: number]>): string[] {
  const different: string[] = [];
  for (const [bytes, offset] of bodies) {
    const plain = readPlainly(bytes.toString('latin1'));
    const found = read(bytes, offset);
    if (found !== plain) different.push(`${bytes.toString('latin1')} at ${offset}: ${found}, not ${plain}`);
  }
  return different;
}

test('each byte at each place, among each kind of others, wherever in memory', () => {
  function* bodies(): Generator<readonly [Buffer, number]> {
    for (const ordinary of ordinaryBytes)
      for (let at = 0; at < longBytes; at++)
        for (let byte = 0; byte < 256; byte++) {
          const bytes = Buffer.alloc(longBytes + 1, ordinary);
          bytes[longBytes] = 0x22;
          bytes[at] = byte;
          yield [bytes, (at + byte) % 4];
        }
  }
  expect(differences(bodies())).toEqual([]);
});

test('each pair of bytes side by side, at each place of a word', () => {
  function* bodies(): Generator<readonly [Buffer, number]> {
    const bytes = Buffer.alloc(longBytes + 1, 'a');
    bytes[longBytes] = 0x22;
    for (let place = 0; place < 4; place++) {
      bytes.fill('a', 0, longBytes);
      for (let pair = 0; pair < 65_536; pair++) {
        bytes.writeUInt16BE(pair, longBytes - 12 + place);
        yield [bytes, place];
      }
    }
  }
  expect(differences(bodies())).toEqual([]);
});

test.each(escapes)('%s at each place', (written) => {
  function* bodies(): Generator<readonly [Buffer, number]> {
    for (let at = 0; at < longBytes; at++) {
      const text = `${'a'.repeat(at)}${written}${'é'.repeat(20)}${written}${'b'.repeat(at)}"`;
      for (let offset = 0; offset < 4; offset++) yield [Buffer.from(text), offset];
    }
  }
  expect(differences(bodies())).toEqual([]);
});

test.each(['', ...escapes])('a body that ends within a string with %j, wherever that is', (written) => {
  function* bodies(): Generator<readonly [Buffer, number]> {
    const bytes = Buffer.from(`${'a'.repeat(longBytes - 14)}${written}${'a'.repeat(14)}`);
    for (let length = 0; length <= bytes.length; length++)
      for (let offset = 0; offset < 4; offset++) yield [bytes.subarray(0, length), offset];
  }
  expect(differences(bodies())).toEqual([]);
});

test.each([0, 10, 71, 72, 73, 90, 120])(
  'an escape behind %i bytes is told to whoever unescapes',
  (length) => {
    const sawEscape = (text: string): boolean => {
      const reading = new Reading(Buffer.from(text));
      scanString(reading, 0);
      return reading.sawEscape;
    };
    expect(sawEscape(`${'a'.repeat(length)}\\n${'a'.repeat(40)}"`)).toBe(true);
    expect(sawEscape(`${'a'.repeat(length)}${'a'.repeat(40)}"\\n`)).toBe(false);
  },
);
