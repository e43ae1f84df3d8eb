import type { BuildOptions } from 'esbuild';
import { modulesForLibraries } from './modules-for-libraries.ts';

const root = new URL('../', import.meta.url).pathname;

/** How the command and its two threads are bundled into ES modules, but for where to; `bundle` goes on from there. */
export function buildOptions(version: string): BuildOptions {
  return {
    absWorkingDir: root,
    entryPoints: {
      hookgate: 'src/main.ts',
      'embedded-worker': 'src/stores/embedded/file-worker.ts',
      'near-misses-worker': 'src/near-misses/search-worker.ts',
    },
    bundle: true,
    // What a command does not need stays in a chunk of its own, unread.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    sourcemap: false,
    define: { HOOKGATE_VERSION: JSON.stringify(version) },
    plugins: [modulesForLibraries],
    logLevel: 'warning',
  };
}
