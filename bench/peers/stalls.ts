import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Programs, Started } from './programs.ts';

/** Asks a program that runs `writeStallsTo` for the longest stall since it was asked last, in milliseconds. */
export async function longestStallMs(pid: number, file: string): Promise<number> {
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  while (!existsSync(file) || readFileSync(file, 'utf8') === '') {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return Number(readFileSync(file, 'utf8'));
}

/** A loop with nothing to do, on the core of what is measured: what it sees is the machine's doing and not the gate's. */
export async function startIdleLoop(
  programs: Programs,
): Promise<Started & { longestStallMs(): Promise<number> }> {
  const file = join(programs.folder(), 'stalls');
  const program = new URL('idle-loop.ts', import.meta.url).pathname;
  const started = await programs.start({
    place: 'measured',
    words: (port) => [process.execPath, program, String(port), file],
  });
  return { ...started, longestStallMs: () => longestStallMs(started.pid, file) };
}
