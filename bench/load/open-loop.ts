import { Worker } from 'node:worker_threads';
import { openConnection, type SenderConnection } from './connection.ts';
import { clockMs, scheduleFrom } from './schedule.ts';

/** Given to the workers that come after a start, so that all is set up when the first request is due. */
const leadMs = 100;
/** Connections that had nothing to do for longer are not used again: Node's servers close them after five seconds. */
const idleForMs = 1000;
/**
 * After a long stall a new connection for each request would meet the limits of whoever is measured (the gate lets one
 * peer have 1,000). What is due then waits here, and its time runs on.
 */
const mostConnections = 250;

interface Idle {
  readonly connection: SenderConnection;
  readonly sinceMs: number;
}

/**
 * Sends each request when it is due, whether or not the ones before have been answered: on a connection that has
 * nothing to do, or on a new one. Gives the milliseconds from when each was due to the end of its answer, so that a
 * stall counts for every request that it delayed (no coordinated omission). Rejects on any status but 200.
 */
export async function sendOnSchedule(
  requests: readonly Uint8Array[],
  to: { readonly port: number; readonly perSecond: number },
): Promise<number[]> {
  const idle: Idle[] = [];
  const waiting: ((connection: SenderConnection) => void)[] = [];
  let busy = 0;
  const dueAtMs = scheduleFrom(clockMs() + leadMs, requests.length, to.perSecond);

  const take = async (): Promise<SenderConnection> => {
    if (busy >= mostConnections) return new Promise((resolve) => waiting.push(resolve));
    busy += 1;
    return openIdle(idle) ?? openConnection(to);
  };
  const giveBack = (connection: SenderConnection, sinceMs: number): void => {
    const next = waiting.shift();
    if (next === undefined) {
      busy -= 1;
      idle.push({ connection, sinceMs });
    } else next(connection.open ? connection : openConnection(to));
  };
  const sendOne = async (index: number): Promise<number> => {
    const connection = await take();
    const status = await connection.exchange(requests[index] as Uint8Array);
    const answeredMs = clockMs();
    if (status !== 200) throw new Error(`the answer was ${status}`);
    giveBack(connection, answeredMs);
    return answeredMs - (dueAtMs[index] as number);
  };
  const metronome = new Worker(new URL('metronome.ts', import.meta.url), {
    workerData: { dueAtMs, ticks: requests.length },
  });
  const sent = new Promise<Promise<number>[]>((resolve, reject) => {
    const answers: Promise<number>[] = [];
    metronome.on('error', reject);
    metronome.on('message', (tick: number) => {
      const answer = sendOne(tick);
      // All are awaited together at the end; until then nobody else looks at a failed one.
      answer.catch(() => {});
      answers.push(answer);
      if (answers.length === requests.length) resolve(answers);
    });
  });
  try {
    return await Promise.all(await sent);
  } finally {
    for (const { connection } of idle) connection.destroy();
    await metronome.terminate();
  }
}

/** The one that was used last, so that there are never more connections than the load needs. */
function openIdle(idle: Idle[]): SenderConnection | undefined {
  for (;;) {
    const last = idle.pop();
    if (last === undefined) return undefined;
    if (last.connection.open && clockMs() - last.sinceMs < idleForMs) return last.connection;
    last.connection.destroy();
  }
}
