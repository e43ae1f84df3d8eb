import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { writeRememberedEvents } from '../../bench/peers/remembered.ts';
import { startEventApplication } from '../support/event-application.ts';
import { prepareGate, startGateProcess } from '../support/gate-process.ts';
import { postEvent } from '../support/post-event.ts';
import { readMetric } from '../support/read-metric.ts';
import { requireProgram } from '../support/require-program.ts';
import { createTalliedSender } from '../support/tallied-sender.ts';

const patience = { timeout: 30_000, interval: 100 };

/**
 * What a dying disk does: the write went well, and telling the disk to keep it fails with EIO; or a page cannot be read,
 * which SQLite calls damage of the file. strace puts the error in front of the store's own system calls, for a while, in
 * the middle of good traffic.
 */
const faults = [
  { where: 'as the disk is told to keep a record', calls: 'fsync,fdatasync', rows: 0 },
  // More than SQLite's cache holds.
  { where: 'as a page of the file is read', calls: 'read,pread64', rows: 100_000 },
];

test.for(faults)(
  'EIO $where, and a disk that is well again: none lost, none twice, no false 200',
  { timeout: 120_000 },
  async ({ calls, rows }, { skip }) => {
    const strace = requireProgram('strace');
    if (strace === undefined) return skip();
    const application = await startEventApplication();
    const places = await prepareGate(application.url);
    const file = places.flags.at(-1) as string;
    if (rows > 0) writeRememberedEvents(file, rows, () => Date.now() + 3_600_000);
    const gate = await startGateProcess(places);
    const url = `http://127.0.0.1:${places.port}/webhooks/juicyway`;
    const metric = (series: string) => readMetric(`http://127.0.0.1:${places.adminPort}`, series);
    const { figures, send, close } = createTalliedSender(application, (body) => postEvent(url, body));
    const references = Array.from({ length: 300 }, (_, index) => `reference-${index}`);
    const waiting: string[] = [];

    let fault: ChildProcess | undefined;
    for (const [index, reference] of references.entries()) {
      if (index === 100) fault = await failCalls(strace, gate, calls, file);
      if (!(await send(reference))) waiting.push(reference);
    }
    expect(await metric('hookgate_duplicate_store_up')).toBe(0);
    expect(figures.answered503).toBeGreaterThan(0);
    await end(fault as ChildProcess);
    await vi.waitFor(async () => {
      expect(await metric('hookgate_duplicate_store_up')).toBe(1);
      expect(await metric('hookgate_unrecorded_events')).toBe(0);
    }, patience);
    for (const reference of waiting) expect(await send(reference)).toBe(true);
    for (const reference of references) expect(await send(reference)).toBe(true);

    // What was recorded after the fault is in the file: another life of the gate knows all of it.
    gate.kill('SIGKILL');
    await once(gate, 'exit');
    await startGateProcess(places);
    for (const reference of references) expect(await send(reference)).toBe(true);

    expect(close(references)).toMatchObject({ false200: 0, lost: 0, repeated: 0 });
  },
);

/** From its answer on, these system calls of the process fail for the file and its log. */
async function failCalls(
  strace: string,
  { pid }: ChildProcess,
  calls: string,
  file: string,
): Promise<ChildProcess> {
  const files = ['-P', file, '-P', `${file}-wal`];
  const what = [...files, '-e', `trace=${calls}`, '-e', `inject=${calls}:error=EIO`];
  const child = spawn(strace, ['-f', '-p', String(pid), ...what], { stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void child.kill('SIGTERM'));
  let output = '';
  child.stderr.on('data', (chunk) => (output += chunk));
  await vi.waitFor(() => expect(output).toContain('attached'), patience);
  return child;
}

/** strace lets the process go, unharmed, when it is told to end. */
async function end(strace: ChildProcess): Promise<void> {
  strace.kill('SIGTERM');
  await once(strace, 'exit');
}
