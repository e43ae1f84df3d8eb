import { type ChildProcess, spawn } from 'node:child_process';
import { createClient } from '@redis/client';
import { onTestFinished } from 'vitest';
import { freePort } from '../../demo/free-port.ts';
import { killProcess } from './kill-process.ts';
import { needProgram } from './require-program.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly process: ChildProcess;
  /** Sends one command on a connection of its own. */
  ask(...args: string[]): Promise<unknown>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** The same port and folder again. */
  restart(): Promise<void>;
}

/** Another server of the same kind, such as valkey-server: `npm run test:valkey` sets it. */
const program = process.env.HOOKGATE_TEST_REDIS_SERVER ?? 'redis-server';
/** The Valkey that can be had as a package was built without TLS. */
export const speaksTls = program === 'redis-server';

/** A real redis-server on loopback, ended with the test. `settings` are flags without the dashes. */
export async function startRedis(
  settings: Readonly<Record<string, string>> = {},
  {
    mode = [],
    file,
    env = {},
  }: {
    readonly mode?: readonly string[];
    readonly file?: string;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<RedisServer> {
  needProgram(program);
  const port = await freePort();
  const directory = temporaryDirectory();
  // A sentinel takes no settings of a database.
  const own = file === undefined ? { save: '' } : {};
  const flags = { port: String(port), bind: '127.0.0.1', dir: directory, ...own, ...settings };
  const args = [
    ...(file === undefined ? [] : [file]),
    ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
    ...mode,
  ];
  let child = await start();
  onTestFinished(() => void child.kill('SIGKILL'));

  async function start(): Promise<ChildProcess> {
    const started = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    started.stdout.setEncoding('utf8');
    let said = '';
    for await (const line of started.stdout.iterator({ destroyOnReturn: false })) {
      said += line;
      if (/Ready to accept connections|sentinel runid|Sentinel ID/i.test(said)) break;
    }
    started.stdout.resume();
    if (started.exitCode !== null) throw new Error(`${program} ended with ${started.exitCode}: ${said}`);
    return started;
  }

  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    get process() {
      return child;
    },
    async ask(...words) {
      const client = createClient({
        socket: { port, host: '127.0.0.1', reconnectStrategy: false },
        RESP: 2,
      });
      client.on('error', () => {});
      await client.connect();
      try {
        return await client.sendCommand(words);
      } finally {
        client.destroy();
      }
    },
    async kill() {
      await killProcess(child);
    },
    async restart() {
      child = await start();
    },
  };
}
