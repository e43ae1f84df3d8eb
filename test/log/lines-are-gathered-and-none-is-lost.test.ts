import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createIsoClock } from '../../src/log/iso-clock.ts';
import { createLineWriter } from '../../src/log/line-writer.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('lines come out in order, together, and the rest of them at a flush', () => {
  const file = join(temporaryDirectory(), 'rest');
  const descriptor = openSync(file, 'w');
  const written: Buffer[] = [];
  const stream = new Writable({
    write(bytes, _encoding, done) {
      written.push(bytes);
      done();
    },
  });
  const writer = createLineWriter({
    stream,
    descriptor,
    maxWaitingBytes: 1e6,
    onDropped: () => expect.unreachable(),
  });
  const lines = Array.from({ length: 1000 }, (_, index) => `${String(index).padStart(96, '0')} ü€😀\n`);

  for (const line of lines) writer.write(line);
  writer.flush();
  closeSync(descriptor);

  expect(written.length).toBeGreaterThan(0);
  expect(written.length).toBeLessThan(10);
  const [rest = ''] = readFileSync(file, 'utf8').split(/^\n/).slice(-1);
  expect(Buffer.concat(written).toString() + rest).toBe(lines.join(''));
});

test('the time is the one that Date writes', () => {
  const isoTime = createIsoClock();
  const times = [
    0, 999, 1000, 1_700_000_000_007, 1_700_000_000_070, 1_700_000_000_700, 1_699_999_999_999, -1,
  ];
  for (const time of times) expect(isoTime(time)).toBe(new Date(time).toISOString());
});
