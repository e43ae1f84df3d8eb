import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from './temporary-directory.ts';

/** What a process of Node loads until it ends: with this in its environment it writes that down. */
export function createLoadList(): { readonly env: { NODE_OPTIONS: string }; read(): string[] } {
  const directory = temporaryDirectory();
  const plant = join(directory, 'plant.cjs');
  const list = join(directory, 'loaded.json');
  writeFileSync(
    plant,
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(list)},
      JSON.stringify([...process.moduleLoadList, ...Object.keys(require.cache)])));`,
  );
  return {
    env: { NODE_OPTIONS: `--require=${plant}` },
    read: () => JSON.parse(readFileSync(list, 'utf8')) as string[],
  };
}
