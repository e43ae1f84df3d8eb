import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createStandstill } from '../../src/forward/standstill.ts';

/** Streams by name, each of 40 bytes of room for 100. */
function streams() {
  const standstill = createStandstill(100);
  const cut: string[] = [];
  const open = (name: string): PassThrough => {
    const stream = new PassThrough();
    stream.on('data', () => {});
    standstill.watch(stream, 40, () => cut.push(name));
    return stream;
  };
  return { standstill, cut, open };
}

test('beyond the room the longest-standing one is cut, and only it', () => {
  const { cut, open } = streams();
  for (const name of ['first', 'second', 'third']) open(name).pause();
  expect(cut).toEqual(['first']);
});

test('one that has gone on in between stood for the shorter time', async () => {
  const { cut, open } = streams();
  const [first, second, third] = ['first', 'second', 'third'].map(open);
  first?.pause();
  second?.pause();
  first?.resume();
  await once(first as PassThrough, 'resume');
  first?.pause();
  third?.pause();
  expect(cut).toEqual(['second']);
});

test('one that goes on, or has closed, takes no room', async () => {
  const { cut, open } = streams();
  const [first, second, third, fourth] = ['first', 'second', 'third', 'fourth'].map(open);
  first?.pause();
  second?.pause();
  first?.resume();
  second?.destroy();
  await Promise.all([once(first as PassThrough, 'resume'), once(second as PassThrough, 'close')]);
  third?.pause();
  fourth?.pause();
  expect(cut).toEqual([]);
});
