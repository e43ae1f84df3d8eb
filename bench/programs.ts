import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort } from '../demo/free-port.ts';
import { path, secret } from './events.ts';

/** A program that answers at a port of loopback. */
export interface Started {
  readonly child: ChildProcess;
  readonly port: number;
  /** From its start to its first answer. */
  readonly readyMs: number;
}

/** Starts the programs of a benchmark; `end` kills all of them. */
export function createPrograms(directory: string) {
  const children: ChildProcess[] = [];
  return { startApplication, startRedis, startGate, startHop, end };

  function end(): void {
    for (const child of children) child.kill('SIGKILL');
  }

  /** Answers 200 to everything; resolves with its URL. */
  async function startApplication(): Promise<string> {
    const child = start([process.execPath, 'bench/peers/application.ts'], 'pipe');
    const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    return `http://127.0.0.1:${line.toString().trim()}`;
  }

  /** A Redis with an append-only file, as a shared store should be; resolves with its URL once it answers. */
  async function startRedis(): Promise<string> {
    const port = await freePort();
    const durable = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'];
    const child = start(['redis-server', '--port', String(port), '--dir', directory, ...durable], 'pipe');
    let said = '';
    for await (const part of child.stdout as NodeJS.ReadableStream) {
      said += part;
      if (said.includes('Ready to accept connections')) break;
    }
    return `redis://127.0.0.1:${port}`;
  }

  /** `interpreter` is for other settings than the bin's own, which its first line sets. */
  async function startGate(
    upstream: string,
    flags: readonly string[],
    {
      env = {},
      interpreter = [],
      withoutAllow = false,
    }: {
      env?: Record<string, string>;
      interpreter?: readonly string[];
      /** The allowlist comes from a file that `env` names. */
      withoutAllow?: boolean;
    } = {},
  ): Promise<Started> {
    const keys = join(directory, 'keys');
    mkdirSync(keys, { recursive: true });
    writeFileSync(join(keys, 'primary'), secret);
    const [port, adminPort] = [await freePort(), await freePort()];
    const common = ['--upstream', upstream, '--path', path, '--keys-directory', keys];
    if (!withoutAllow) common.push('--allow', '127.0.0.1');
    const places = ['--listen', `127.0.0.1:${port}`, '--admin', `127.0.0.1:${adminPort}`];
    const words = [...interpreter, 'dist/hookgate.js', 'serve', ...common, ...places, ...flags];
    return startAnd(words, port, `http://127.0.0.1:${adminPort}/readyz`, env);
  }

  /** A proxy that verifies nothing. */
  async function startHop(upstream: string, tuning: readonly string[]): Promise<Started> {
    const port = await freePort();
    const words = [process.execPath, 'bench/peers/http-proxy-hop.ts', String(port), upstream, ...tuning];
    return startAnd(words, port, `http://127.0.0.1:${port}/`);
  }

  async function startAnd(
    words: readonly string[],
    port: number,
    readyUrl: string,
    env: Record<string, string> = {},
  ): Promise<Started> {
    const startedMs = performance.now();
    const child = start(words, 'ignore', env);
    const isReady = (): Promise<boolean> =>
      fetch(readyUrl).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await isReady())) {
      if (child.exitCode !== null) throw new Error(`${words.join(' ')} ended with ${child.exitCode}`);
    }
    return { child, port, readyMs: performance.now() - startedMs };
  }

  function start(
    [program = '', ...args]: readonly string[],
    stdout: 'pipe' | 'ignore',
    env: Record<string, string> = {},
  ): ChildProcess {
    const child = spawn(program, args, {
      stdio: ['ignore', stdout, 'inherit'],
      // The bin takes the Node that it finds first: this one, so that all programs run on the same.
      env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}`, ...env },
    });
    children.push(child);
    return child;
  }
}
