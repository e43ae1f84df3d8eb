import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort } from '../../demo/free-port.ts';
import { testSecret } from './sign-event.ts';
import { temporaryDirectory } from './temporary-directory.ts';

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

/** Starts the built program, and resolves once it is ready. It is killed when the test has finished. */
export async function startGateProcess(
  { adminPort, flags }: GatePlaces,
  { env = {}, stdout = 'ignore' }: { env?: Record<string, string>; stdout?: 'ignore' | 'pipe' | number } = {},
): Promise<ChildProcess> {
  const gate = spawn(process.execPath, [program, 'serve', ...flags], {
    stdio: ['ignore', stdout, 'inherit'],
    env: { ...process.env, ...env },
  });
  onTestFinished(() => void gate.kill('SIGKILL'));
  const url = `http://127.0.0.1:${adminPort}/readyz`;
  while (
    !(await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (gate.exitCode !== null) throw new Error(`the gate ended with ${gate.exitCode}`);
  }
  return gate;
}
