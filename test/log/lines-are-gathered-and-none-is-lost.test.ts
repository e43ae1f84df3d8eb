import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createIsoClock } from '../../src/log/iso-clock.ts';
import { createLineWriter } from '../../src/log/line-writer.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('lines come out in order, together, and the rest of them at a flush', () => {
  const file = join(temporaryDirectory(), 'log');
  const descriptor = openSync(file, 'w');
  let writes = 0;
  const writer = createLineWriter({
    descriptor,
    maxWaitingBytes: 1e6,
    onDropped: () => expect.unreachable(),
    writeBytes(...where) {
      writes += 1;
      return writeSync(...where);
    },
  });
  const lines = Array.from({ length: 1000 }, (_, index) => `${String(index).padStart(96, '0')} ü€😀\n`);

  for (const line of lines) writer.write(line);
  expect(writes).toBeGreaterThan(0);
  writer.flush();
  closeSync(descriptor);

  expect(writes).toBeLessThan(10);
  expect(readFileSync(file, 'utf8')).toBe(lines.join(''));
});

/** What the system may answer to a write: all of it, so many bytes, or an error. */
const answer = fc.oneof(
  fc.constant('all' as const),
  fc.nat({ max: 60 }),
  fc.nat({ max: 80_000 }),
  fc.constantFrom('EAGAIN', 'ENOSPC', 'EPIPE', 'EIO', 'EDQUOT', 'EFBIG'),
);

/** Of one line: short ones, those that fill a block, and one longer than a block. */
const padding = fc.constantFrom(0, 0, 0, 10, 3000, 20_000, 70_000);

test('however the system takes them, each line is there whole or counted as dropped', () => {
  fc.assert(
    fc.property(
      fc.array(answer, { maxLength: 40 }),
      fc.array(padding, { minLength: 1, maxLength: 60 }),
      (answers, paddings) => {
        let taken = '';
        let dropped = 0;
        const script = [...answers];
        const writer = createLineWriter({
          descriptor: -1,
          maxWaitingBytes: 1e6,
          onDropped: (lines) => {
            dropped += lines;
          },
          writeBytes(_descriptor, bytes, offset) {
            const next = script.shift() ?? 'all';
            if (typeof next === 'string' && next !== 'all')
              throw Object.assign(new Error(next), { code: next });
            const end = next === 'all' ? bytes.length : Math.min(bytes.length, offset + next);
            taken += bytes.toString('latin1', offset, end);
            return end - offset;
          },
        });
        for (const [number, length] of paddings.entries()) {
          writer.write(`{"n":${number},"p":"${'x'.repeat(length)}"}\n`);
          if (number % 7 === 0) writer.flush();
        }
        writer.flush();
        const numbers = taken.split('\n').flatMap((line) => /^\{"n":(\d+),"p":"x*"\}$/.exec(line)?.[1] ?? []);
        expect(numbers.length + dropped).toBe(paddings.length);
        expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => Number(a) - Number(b)));
        // Nothing but whole lines and beginnings of lost ones, each on a line of its own.
        for (const line of taken.split('\n'))
          expect(line).toMatch(/^(\{"n":\d+,"p":"x*"\}|\{?"?n?"?:?\d*,?"?p?"?:?"?x*"?)$/);
      },
    ),
  );
});

test('the time is the one that Date writes', () => {
  const isoTime = createIsoClock();
  const times = [
    0, 999, 1000, 1_700_000_000_007, 1_700_000_000_070, 1_700_000_000_700, 1_699_999_999_999, -1,
  ];
  for (const time of times) expect(isoTime(time)).toBe(new Date(time).toISOString());
});
