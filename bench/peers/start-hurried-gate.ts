import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { buildOptions } from '../../scripts/build-options.ts';
import { type StartedGate, startGate } from './gates.ts';
import type { Programs } from './programs.ts';

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
  const bundle = join(root, 'node_modules/.cache/hookgate/bench');
  const usual = buildOptions('0.0.0-bench');
  const entryPoints = {
    'hurried-gate': join(root, 'bench/peers/hurried-gate.ts'),
    'embedded-worker': join(root, 'src/stores/embedded/worker.ts'),
  };
  await build({ ...usual, entryPoints, outdir: bundle });
  const stalls = join(programs.folder(), 'stalls');
  const gate = await startGate(programs, upstream, {
    program: [process.execPath, '--max-semi-space-size=4', join(bundle, 'hurried-gate.js')],
    env: { MALLOC_ARENA_MAX: '1' },
    storeFile: options.storeFile,
    flags: [
      ...['--retention-ms', String(options.retentionMs), '--sweep-every-ms', String(options.sweepEveryMs)],
      ...['--stalls', stalls],
    ],
  });
  return {
    ...gate,
    async longestStallMs() {
      rmSync(stalls, { force: true });
      process.kill(gate.pid, 'SIGUSR2');
      while (!existsSync(stalls) || readFileSync(stalls, 'utf8') === '') {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return Number(readFileSync(stalls, 'utf8'));
    },
  };
}
