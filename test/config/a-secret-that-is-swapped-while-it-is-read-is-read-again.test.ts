import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readAtOneMoment } from '../../src/config/stable-mount.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** As the kubelet mounts a Secret, and swaps it for its next generation. */
function mounted() {
  const directory = temporaryDirectory();
  let generation = 0;
  const swap = (): void => {
    generation += 1;
    const data = `..generation-${generation}`;
    mkdirSync(join(directory, data));
    for (const name of ['certificate', 'key'])
      writeFileSync(join(directory, data, name), `${name} ${generation}`);
    symlinkSync(data, join(directory, '..new'));
    renameSync(join(directory, '..new'), join(directory, '..data'));
  };
  swap();
  return { directory, swap, read: (name: string) => readFileSync(join(directory, '..data', name), 'utf8') };
}

test('two files of one generation come together, though the mount was swapped between them', () => {
  const { directory, swap, read } = mounted();
  let reads = 0;

  const pair = readAtOneMoment(directory, () => {
    reads += 1;
    const certificate = read('certificate');
    if (reads === 1) swap();
    return [certificate, read('key')];
  });

  expect(pair).toEqual(['certificate 2', 'key 2']);
  expect(reads).toBe(2);
});

test('what did not change meanwhile is read once', () => {
  const { directory, read } = mounted();
  let reads = 0;
  readAtOneMoment(directory, () => {
    reads += 1;
    return read('key');
  });
  expect(reads).toBe(1);
});

test('a mount that is swapped in every read is given up after the attempts', () => {
  const { directory, swap } = mounted();
  let reads = 0;
  readAtOneMoment(
    directory,
    () => {
      reads += 1;
      swap();
    },
    3,
  );
  expect(reads).toBe(3);
});
