import { expect, test } from 'vitest';
import { createOccurrences } from '../../src/claims/occurrences.ts';

const keptMs = 1000;

function occurrencesOf(maxKeys: number) {
  let nowMs = 0;
  const occurrences = createOccurrences({ now: () => nowMs, maxKeys });
  return {
    keyOf: (event: string) => occurrences.keyOf(event, keptMs),
    end: occurrences.end,
    pass(ms: number) {
      nowMs += ms;
    },
  };
}

test('an occurrence keeps its key through its retries, until the application has accepted it', () => {
  const { keyOf, end } = occurrencesOf(10);
  const first = keyOf('a');
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(keyOf('a')).toBe(first);
  expect(keyOf('b')).not.toBe(first);
  end('a');
  expect(keyOf('a')).not.toBe(first);
});

test('what comes once its sender tries no more is another occurrence, and keeps a key of its own', () => {
  const { keyOf, pass } = occurrencesOf(10);
  const first = keyOf('a');
  pass(keptMs - 1);
  expect(keyOf('a')).toBe(first);
  pass(1);
  const second = keyOf('a');
  expect(second).not.toBe(first);
  pass(keptMs - 1);
  expect(keyOf('a')).toBe(second);
});

test('beyond the bound the key that is oldest is forgotten, and no other', () => {
  const { keyOf, pass } = occurrencesOf(2);
  const ofBefore = keyOf('a');
  const ofB = keyOf('b');
  expect(keyOf('a')).toBe(ofBefore);
  pass(keptMs);
  // Begun anew, so that it is the youngest now.
  const ofA = keyOf('a');
  const ofC = keyOf('c');
  expect([keyOf('a'), keyOf('c')]).toEqual([ofA, ofC]);
  expect(keyOf('b')).not.toBe(ofB);
});
