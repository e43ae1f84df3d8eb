import type { BuildOptions, Plugin } from 'esbuild';
import { modulesForLibraries } from './modules-for-libraries.ts';

const root = new URL('../', import.meta.url).pathname;

/**
 * How all is bundled into ES modules, but for where to; `bundle` goes on from there. In two parts: a gate with its
 * threads, and the program of all commands. Whatever several dynamic imports of a part share is a file of its own, so
 * that a gate would be read in from nearly fifty files if it shared them with the commands, and is from a dozen.
 */
export function bothParts(version: string): readonly BuildOptions[] {
  const gate = buildOptions(version);
  return [
    { ...gate, plugins: [...(gate.plugins ?? []), commandsStayApart] },
    { ...gate, entryPoints: { program: 'src/cli/program.ts' } },
  ];
}

const commandsStayApart: Plugin = {
  name: 'commands-stay-apart',
  setup(build) {
    build.onResolve({ filter: /\/program\.ts$/ }, () => ({ path: './program.js', external: true }));
  },
};

/** Of a gate with its threads, and of whatever it imports. */
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
