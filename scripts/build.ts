/** Bundles the command and the store's worker into dist/: one file to read at start-up instead of hundreds. */
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const root = new URL('../', import.meta.url).pathname;
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string };

rmSync(`${root}dist`, { recursive: true, force: true });
await build({
  entryPoints: {
    hookgate: `${root}src/main.ts`,
    'embedded-worker': `${root}src/stores/embedded/worker.ts`,
  },
  outdir: `${root}dist`,
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
});
chmodSync(`${root}dist/hookgate.js`, 0o755);
