import type { Dice } from '../support/seeded-dice.ts';

/** Inputs stay this short, in bytes: what needs more belongs to tests of limits. */
const maxBytes = 4096;

/** One to four changes of an input. */
export function mutated(
  input: Buffer,
  others: readonly Buffer[],
  words: readonly string[],
  dice: Dice,
): Buffer {
  let bytes = input;
  for (let left = dice.pick([1, 1, 1, 2, 4]); left > 0; left--) bytes = changed(bytes, others, words, dice);
  return bytes.subarray(0, maxBytes);
}

function changed(bytes: Buffer, others: readonly Buffer[], words: readonly string[], dice: Dice): Buffer {
  const at = dice.below(bytes.length + 1);
  const end = at + dice.below(Math.min(64, bytes.length - at) + 1);
  const replaced = (start: number, stop: number, by: Buffer): Buffer =>
    Buffer.concat([bytes.subarray(0, start), by, bytes.subarray(stop)]);
  switch (dice.below(8)) {
    case 0:
      return replaced(at, Math.min(at + 1, bytes.length), dice.bytes(1));
    case 1:
      return replaced(
        at,
        Math.min(at + 1, bytes.length),
        Buffer.from([(bytes[at] ?? 0) ^ (1 << dice.below(8))]),
      );
    case 2:
      return replaced(at, end, Buffer.alloc(0));
    case 3: {
      const piece = bytes.subarray(at, end);
      return replaced(at, at, Buffer.concat(Array(1 + dice.below(8)).fill(piece)));
    }
    case 4: {
      const other = dice.pick(others);
      const from = dice.below(other.length + 1);
      return replaced(at, end, other.subarray(from, from + 64));
    }
    case 5:
      return Buffer.concat([bytes.subarray(0, at), dice.pick(others).subarray(at)]);
    default:
      return words.length === 0
        ? bytes
        : replaced(at, dice.below(2) === 0 ? at : end, Buffer.from(dice.pick(words), 'utf8'));
  }
}
