import { connect } from 'node:net';
import { createAnswerReader } from './answer-reader.ts';

/**
 * One connection of the sender, as cheap as Node allows: the requests are bytes that were written before, and of an
 * answer only its status and end are looked at. One request at a time.
 */
export interface SenderConnection {
  /** Resolves with the status once the whole answer has arrived; rejects when the connection ends before that. */
  exchange(request: Uint8Array): Promise<number>;
  /** The last bytes that came, for people: of a small answer all of it. */
  readonly lastRead: string;
  /** Whether another request may be sent here: the answer may have said that it was the last. */
  readonly open: boolean;
  destroy(): void;
}

/** `from` is the address of loopback to send from. */
export function openConnection(to: { readonly port: number; readonly from?: string }): SenderConnection {
  const socket = connect({ host: '127.0.0.1', port: to.port, localAddress: to.from, noDelay: true });
  let open = true;
  let last: Buffer | undefined;
  let waiting: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;
  const reader = createAnswerReader();

  const settle = (status: number): void => {
    const { resolve } = waiting ?? {};
    waiting = undefined;
    if (reader.isLast) {
      open = false;
      socket.end();
    }
    resolve?.(status);
  };
  const fail = (error: Error): void => {
    open = false;
    socket.destroy();
    const { reject } = waiting ?? {};
    waiting = undefined;
    reject?.(error);
  };
  socket.on('data', (chunk) => {
    last = chunk;
    const status = reader.read(chunk);
    if (status !== undefined) settle(status);
  });
  socket.on('end', () => {
    open = false;
    const status = reader.end();
    if (waiting !== undefined && status !== undefined) settle(status);
  });
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection closed before the answer was whole')));

  return {
    exchange: (request) =>
      new Promise((resolve, reject) => {
        if (!open) return reject(new Error('the connection is closed'));
        waiting = { resolve, reject };
        socket.write(request);
      }),
    get lastRead() {
      return last?.toString('latin1') ?? '';
    },
    get open() {
      return open;
    },
    destroy: () => void socket.destroy(),
  };
}
