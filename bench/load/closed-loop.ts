import { openConnection, type SenderConnection } from './connection.ts';

export interface ClosedLoop {
  readonly port: number;
  /** Connections, each with one request at a time. */
  readonly concurrency: number;
  /** A connection for each request, or as few as the other end allows. */
  readonly connections: 'kept' | 'new';
  /** Any other answer ends the run. */
  readonly status: number;
  /** The address of loopback to send from. */
  readonly from?: string;
}

/** Sends all requests as fast as they are answered. Resolves with the milliseconds that it took. */
export async function sendAll(requests: readonly Uint8Array[], loop: ClosedLoop): Promise<number> {
  const { port, concurrency, connections, status, from } = loop;
  let next = 0;
  const startedMs = performance.now();
  const sendOnOne = async (): Promise<void> => {
    let connection: SenderConnection | undefined;
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
      if (connection === undefined || connections === 'new' || !connection.open) {
        connection?.destroy();
        connection = openConnection({ port, ...(from === undefined ? {} : { from }) });
      }
      const answered = await connection.exchange(request);
      if (answered !== status)
        throw new Error(`the answer was ${answered} and not ${status}:\n${connection.lastRead}`);
    }
    connection?.destroy();
  };
  await Promise.all(Array.from({ length: concurrency }, sendOnOne));
  return performance.now() - startedMs;
}
