import type { BuildOptions } from 'esbuild';

const root = new URL('../', import.meta.url).pathname;

/** How the command and the store's worker are bundled, but for where to. */
export function buildOptions(version: string): BuildOptions {
  return {
    entryPoints: {
      hookgate: `${root}src/main.ts`,
      'embedded-worker': `${root}src/stores/embedded/worker.ts`,
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
    banner: {
      // Bundled CommonJS libraries call require for Node's own modules.
      js: "import { createRequire as hookgateRequire } from 'node:module'; const require = hookgateRequire(import.meta.url);",
    },
    logLevel: 'warning',
  };
}
