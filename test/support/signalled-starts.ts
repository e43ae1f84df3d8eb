import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { testSecret } from './sign-event.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { until } from './until.ts';

const program = new URL('../../dist/hookgate.js', import.meta.url).pathname;

export interface SignalledStart {
  /** Exit status, or the name of the signal that ended it. */
  readonly exit: Promise<number | string | null>;
  /** Resolves once it listens for signals, which its first line does. */
  readonly listening: Promise<void>;
  /** Resolves once it has logged that it is ready. */
  readonly ready: Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a gate of the built program; as the first process of a PID namespace, as in a container, where `first`. */
export function startSignalled({
  first,
  drain = '0s',
}: {
  readonly first: boolean;
  readonly drain?: string;
}): SignalledStart {
  const directory = temporaryDirectory();
  const keys = temporaryDirectory();
  writeFileSync(join(keys, 'primary'), testSecret);
  const gate = [process.execPath, program, 'serve', '--upstream', 'http://127.0.0.1:9']
    .concat('--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0', '--path', '/webhooks/juicyway')
    .concat('--keys-directory', keys, '--allow', '127.0.0.1', '--store-file', join(directory, 'events.db'));
  const [command = '', ...args] = first ? ['unshare', '--pid', '--fork', '--kill-child', ...gate] : gate;
  const outer = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, HOOKGATE_DRAIN_DELAY: drain },
  });
  onTestFinished(() => void outer.kill('SIGKILL'));
  let output = '';
  outer.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const exit = once(outer, 'close').then(([code, signal]) => code ?? signal);
  const isOver = (): boolean => outer.exitCode !== null || outer.signalCode !== null;
  return {
    exit,
    listening: until(() => isOver() || catchesHangup(pidOf(outer, first))),
    ready: until(() => isOver() || output.includes('"msg":"ready"')),
    kill(signal) {
      const pid = pidOf(outer, first);
      if (pid !== undefined && !isOver()) process.kill(pid, signal);
    },
  };
}

/** Whether gates can be started as the first process of a namespace here. */
export async function canBeFirst(): Promise<boolean> {
  const [code] = await once(spawn('unshare', ['--pid', '--fork', 'true'], { stdio: 'ignore' }), 'close');
  return code === 0;
}

function pidOf(outer: ChildProcess, first: boolean): number | undefined {
  if (!first) return outer.pid;
  try {
    const child = readFileSync(`/proc/${outer.pid}/task/${outer.pid}/children`, 'utf8').trim();
    return child === '' ? undefined : Number(child);
  } catch {
    return undefined;
  }
}

/** Node itself catches SIGTERM and SIGINT from early on, and ends of them; SIGHUP only the program's first line does. */
function catchesHangup(pid: number | undefined): boolean {
  try {
    const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
    return (BigInt(`0x${caught}`) & 1n) === 1n;
  } catch {
    return false;
  }
}

/** Ends of starts that were told to stop `afterMs` after they had begun to listen for signals, some at a time. */
export async function endsOfStarts(
  moments: readonly number[],
  { first, before }: { readonly first: boolean; readonly before?: NodeJS.Signals },
): Promise<readonly (number | string | null)[]> {
  const ends: (number | string | null)[] = [];
  const queue = [...moments];
  const work = async (): Promise<void> => {
    for (let afterMs = queue.shift(); afterMs !== undefined; afterMs = queue.shift()) {
      const start = startSignalled({ first });
      await start.listening;
      if (before !== undefined) start.kill(before);
      await sleep(afterMs);
      start.kill('SIGTERM');
      ends.push(await start.exit);
    }
  };
  await Promise.all([work(), work()]);
  return ends;
}
