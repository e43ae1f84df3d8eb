import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { openEventFile } from '../../src/stores/embedded/event-file.ts';
import { testSecret } from './sign-event.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const program = new URL('../../dist/hookgate.js', import.meta.url).pathname;
const atOnce = 10;
/** What a start has left to do is done by then; milliseconds from the line that says it is ready. */
const watchedMs = 700;

/** What became of a gate that was started, left alone for a moment and told to stop. */
export interface Life {
  /** Its exit status; a signal's name where one ended it. */
  readonly end: number | string | null;
  /** Before anybody told it to. */
  readonly endedByItself: boolean;
  /** Lines of its log at `error` and above, and all that it wrote to stderr. */
  readonly complaints: readonly string[];
}

export interface Starts {
  readonly starts: number;
  /** What `taskset` takes: "0", or "0,1". */
  readonly cores: string;
  /** Delivered keys in each gate's file before the start; 0 for no file. */
  readonly keys: number;
}

/** Starts gates of the built program, ten at a time, and tells how each of them ended. */
export async function startByTens({ starts, cores, keys }: Starts): Promise<readonly Life[]> {
  const directory = temporaryDirectory();
  const keysDirectory = temporaryDirectory();
  writeFileSync(join(keysDirectory, 'primary'), testSecret);
  const files = Array.from({ length: atOnce }, (_, place) => join(directory, `events-${place}.db`));
  if (keys > 0) fill(files, keys);
  const lives: Life[] = [];
  while (lives.length < starts) {
    lives.push(...(await Promise.all(files.map((file) => live(file, keysDirectory, cores)))));
  }
  return lives;
}

/** The lives that did not go as they should. */
export function broken(lives: readonly Life[]): readonly Life[] {
  return lives.filter(
    ({ end, endedByItself, complaints }) => end !== 0 || endedByItself || complaints.length > 0,
  );
}

function fill([first = '', ...others]: readonly string[], keys: number): void {
  openEventFile({ file: first, lockWaitMs: 0, afterFault: false, onWait() {} }).close();
  const database = new DatabaseSync(first);
  const ends = Date.now() + 7 * 86_400_000;
  database.exec(`INSERT INTO delivered (key, ends) SELECT randomblob(32) AS key, ${ends}
    FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${keys}) SELECT i FROM n)
    ORDER BY key`);
  database.close();
  for (const other of others) copyFileSync(first, other);
}

async function live(file: string, keysDirectory: string, cores: string): Promise<Life> {
  const gate = spawn(
    'taskset',
    ['-c', cores, process.execPath, program, 'serve', '--upstream', 'http://127.0.0.1:9']
      .concat('--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0', '--path', '/webhooks/juicyway')
      .concat('--keys-directory', keysDirectory, '--allow', '127.0.0.1', '--store-file', file),
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HOOKGATE_DRAIN_DELAY: '0s' } },
  );
  onTestFinished(() => void gate.kill('SIGKILL'));
  const complaints: string[] = [];
  gate.stderr.on('data', (chunk) => complaints.push(String(chunk)));
  const lines = createInterface({ input: gate.stdout });
  let wasTold = false;
  lines.on('line', (line) => {
    if (/"level":"(?:error|fatal)"/.test(line)) complaints.push(line);
    if (!line.includes('"msg":"ready"')) return;
    setTimeout(() => {
      wasTold = gate.exitCode === null;
      gate.kill('SIGTERM');
    }, watchedMs);
  });
  const [code, signal] = (await once(gate, 'close')) as [number | null, string | null];
  return { end: code ?? signal, endedByItself: !wasTold, complaints };
}
