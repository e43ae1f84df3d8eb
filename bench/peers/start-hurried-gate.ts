import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { buildOptions } from '../../scripts/build-options.ts';
import { imageSettings, type StartedGate, startGate } from './gates.ts';
import type { Programs } from './programs.ts';
import { longestStallMs } from './stalls.ts';

export interface HurriedGate extends StartedGate {
  /** The longest stall of its event loop since the last call, in milliseconds. */
  longestStallMs(): Promise<number>;
}

const root = new URL('../../', import.meta.url).pathname;

/** Bundled and started as the bin is, so that its memory is the gate's. */
export async function startHurriedGate(
  programs: Programs,
  upstream: string,
  options: { readonly retentionMs: number; readonly sweepEveryMs: number; readonly storeFile: string },
): Promise<HurriedGate> {
  const folder = await bundled();
  const stalls = join(programs.folder(), 'stalls');
  const gate = await startGate(programs, upstream, {
    program: [...imageSettings(), join(folder, 'hurried-gate.js')],
    storeFile: options.storeFile,
    flags: [
      ...['--retention-ms', String(options.retentionMs), '--sweep-every-ms', String(options.sweepEveryMs)],
      ...['--stalls', stalls],
    ],
  });
  return { ...gate, longestStallMs: () => longestStallMs(gate.pid, stalls) };
}

/** Gives the folder of the bundle. */
async function bundled(): Promise<string> {
  const folder = join(root, 'node_modules/.cache/hookgate/bench');
  const requires =
    "import { createRequire as benchRequire } from 'node:module'; const require = benchRequire(import.meta.url);";
  await build({
    ...buildOptions('0.0.0-bench'),
    entryPoints: {
      'hurried-gate': join(root, 'bench/peers/hurried-gate.ts'),
      'embedded-worker': join(root, 'src/stores/embedded/file-worker.ts'),
    },
    // Bundled CommonJS libraries call require for Node's own modules.
    banner: { js: requires },
    outdir: folder,
  });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  return folder;
}
