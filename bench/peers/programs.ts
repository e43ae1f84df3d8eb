/** Starts the programs that are measured and those around them, and ends them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../demo/free-port.ts';
import { getRequest } from '../load/requests.ts';
import { isAnswered } from './is-answered.ts';
import { type Place, pinned } from './pinning.ts';

/** A program that answers at a port of loopback. */
export interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly port: number;
  /** From its start to its first answer. */
  readonly readyMs: number;
}

export interface Program {
  /** Given the port to listen on; a folder of its own is the working one. */
  readonly words: (port: number, folder: string) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly place: Place;
  /** Says things on stderr that nobody needs, such as who inspects it. */
  readonly isTalkative?: boolean;
  /** What says that it is ready: by default a GET of `/` at the traffic port, answered 200. */
  readonly ready?: { readonly port?: number; readonly request?: Buffer; readonly says?: string };
}

/** Each ask that a starting program answers takes it from the core on which it starts; a kubelet asks once a second. */
const betweenAsksMs = 2;

export interface Programs {
  readonly directory: string;
  start(program: Program): Promise<Started>;
  /** A new folder that every user may enter. */
  folder(): string;
  /** Ends one now. */
  end(started: Started): Promise<void>;
  /** Ends all. */
  endAll(): Promise<void>;
}

export function createPrograms(directory: string): Programs {
  const children = new Set<ChildProcess>();
  let folders = 0;

  const folder = (): string => {
    const made = join(directory, String(folders++));
    mkdirSync(made, { mode: 0o755 });
    return made;
  };

  const end = async (child: ChildProcess): Promise<void> => {
    children.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    // nginx's and HAProxy's first process takes the others along only when it is asked.
    child.kill('SIGTERM');
    const impatient = setTimeout(() => child.kill('SIGKILL'), 300);
    await gone;
    clearTimeout(impatient);
  };

  const start = async ({ words, env, place, isTalkative = false, ready = {} }: Program): Promise<Started> => {
    const port = await freePort();
    const [program = '', ...args] = pinned(place, words(port, folder()));
    const startedMs = performance.now();
    const child = spawn(program, args, {
      stdio: ['ignore', 'ignore', isTalkative ? 'ignore' : 'inherit'],
      // The bin takes the Node that it finds first: this one, so that all programs run on the same.
      env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}:/usr/sbin`, ...env },
    });
    children.add(child);
    const { request = getRequest('/'), says = 'HTTP/1.1 200' } = ready;
    while (!(await isAnswered(ready.port ?? port, request, says))) {
      if (child.exitCode !== null)
        throw new Error(`${program} ${args.join(' ')} ended with ${child.exitCode}`);
      await pause(betweenAsksMs);
    }
    return { child, pid: child.pid as number, port, readyMs: performance.now() - startedMs };
  };

  return {
    directory,
    start,
    folder,
    end: ({ child }) => end(child),
    async endAll() {
      await Promise.all([...children].map(end));
    },
  };
}
