import { join } from 'node:path';
import { bundleProgram } from '../../scripts/bundle-program.ts';
import { imageSettings, type StartedGate, startGate } from './gates.ts';
import type { Programs } from './programs.ts';
import { longestStallMs } from './stalls.ts';

export interface HurriedGate extends StartedGate {
  /** The longest stall of its event loop since the last call, in milliseconds. */
  longestStallMs(): Promise<number>;
}

/** Bundled and started as the bin is, so that its memory is the gate's. */
export async function startHurriedGate(
  programs: Programs,
  upstream: string,
  options: { readonly retentionMs: number; readonly sweepEveryMs: number; readonly storeFile: string },
): Promise<HurriedGate> {
  const program = await bundleProgram('bench/peers/hurried-gate.ts', 'bench');
  const stalls = join(programs.folder(), 'stalls');
  const gate = await startGate(programs, upstream, {
    program: [...imageSettings(), program],
    storeFile: options.storeFile,
    flags: [
      ...['--retention-ms', String(options.retentionMs), '--sweep-every-ms', String(options.sweepEveryMs)],
      ...['--stalls', stalls],
    ],
  });
  return { ...gate, longestStallMs: () => longestStallMs(gate.pid, stalls) };
}
