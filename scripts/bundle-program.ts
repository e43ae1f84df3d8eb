import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { buildOptions } from './build-options.ts';

const root = new URL('../', import.meta.url).pathname;
const requires =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);";

/**
 * Bundles a program that starts a gate in a way of its own, as benchmarks and tests do, together with the store's thread, into a
 * folder below node_modules/.cache. From the sources each start would take five times as long. Gives its file.
 */
export async function bundleProgram(source: string, folderName: string): Promise<string> {
  const folder = join(root, 'node_modules/.cache/hookgate', folderName);
  const name = basename(source, '.ts');
  await build({
    ...buildOptions('0.0.0-trial'),
    entryPoints: {
      [name]: join(root, source),
      'embedded-worker': join(root, 'src/stores/embedded/file-worker.ts'),
    },
    // Bundled CommonJS libraries call require for Node's own modules.
    banner: { js: requires },
    outdir: folder,
  });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  return join(folder, `${name}.js`);
}
