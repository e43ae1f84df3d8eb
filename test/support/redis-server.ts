import { type ChildProcess, spawn } from 'node:child_process';
import { createClient } from '@redis/client';
import { onTestFinished } from 'vitest';
import { freePort } from '../../demo/free-port.ts';
import { killProcess } from './kill-process.ts';
import { requireProgram } from './require-program.ts';
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

/** A real redis-server on loopback, ended with the test. `settings` are flags without the dashes. */
export async function startRedis(
  settings: Readonly<Record<string, string>> = {},
  { mode = [], file }: { readonly mode?: readonly string[]; readonly file?: string } = {},
): Promise<RedisServer> {
  requireProgram('redis-server');
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
    const started = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    started.stdout.setEncoding('utf8');
    for await (const line of started.stdout.iterator({ destroyOnReturn: false })) {
      if (/Ready to accept connections|sentinel runid|Sentinel ID/i.test(String(line))) break;
    }
    started.stdout.resume();
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
