import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort } from '../../demo/free-port.ts';
import { testSecret } from './sign-event.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { until } from './until.ts';

const program = new URL('../../dist/hookgate.js', import.meta.url).pathname;

/** Where a gate in a process of its own listens and keeps its files; the same for each of its lives. */
export interface GatePlaces {
  readonly port: number;
  readonly adminPort: number;
  readonly flags: readonly string[];
}

export async function prepareGate(upstreamUrl: string): Promise<GatePlaces> {
  const directory = temporaryDirectory();
  const keys = join(directory, 'keys');
  mkdirSync(keys);
  writeFileSync(join(keys, 'primary'), testSecret);
  const [port, adminPort] = [await freePort(), await freePort()];
  const flags = [
    ['--upstream', upstreamUrl],
    ['--listen', `127.0.0.1:${port}`],
    ['--admin', `127.0.0.1:${adminPort}`],
    ['--path', '/webhooks/juicyway'],
    ['--keys-directory', keys],
    ['--allow', '127.0.0.1'],
    ['--store-file', join(directory, 'events.db')],
  ].flat();
  return { port, adminPort, flags };
}

export interface GateProcessOptions {
  readonly env?: Record<string, string>;
  readonly stdout?: 'ignore' | 'pipe' | number;
}

/** Starts the built program, and waits for nothing. It is killed when the test has finished. */
export function spawnGate(
  { flags }: GatePlaces,
  { env = {}, stdout = 'ignore' }: GateProcessOptions = {},
): ChildProcess {
  const gate = spawn(process.execPath, [program, 'serve', ...flags], {
    stdio: ['ignore', stdout, 'inherit'],
    env: { ...process.env, ...env },
  });
  onTestFinished(() => void gate.kill('SIGKILL'));
  return gate;
}

/** The same, resolved once it is ready. */
export async function startGateProcess(
  places: GatePlaces,
  options: GateProcessOptions = {},
): Promise<ChildProcess> {
  const gate = spawnGate(places, options);
  const url = `http://127.0.0.1:${places.adminPort}/readyz`;
  // With pauses: who asks without one takes a core from the gate that is starting.
  await until(async () => {
    if (gate.exitCode !== null) throw new Error(`the gate ended with ${gate.exitCode}`);
    return fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  return gate;
}
