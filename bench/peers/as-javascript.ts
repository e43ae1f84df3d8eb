import { join } from 'node:path';
import { build } from 'esbuild';

const root = new URL('../../', import.meta.url).pathname;
const built = new Map<string, Promise<string>>();

/**
 * Gives the file of a program of this folder as JavaScript, with its libraries beside it as they are installed: Node takes
 * the types out of a TypeScript file by a compiler that it loads for that, 30 MB and twice the time of a start.
 */
export function asJavaScript(name: string): Promise<string> {
  const file = built.get(name) ?? buildOne(name);
  built.set(name, file);
  return file;
}

async function buildOne(name: string): Promise<string> {
  // Within the project, so that the libraries are found from there.
  const outfile = join(root, `bench/results/programs/${name}.cjs`);
  await build({
    entryPoints: [join(root, `bench/peers/${name}.ts`)],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    logLevel: 'warning',
  });
  return outfile;
}
