import { createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What the application does with one connection, given the bytes of a whole request (head and body). */
export type Script = (socket: Socket, request: string) => void;

export interface ScriptedApplication {
  readonly url: URL;
  /** Every whole request that arrived, in order. */
  readonly requests: string[];
  /** Connections accepted so far. */
  readonly connections: () => number;
  /** Replaces the script for the requests to come. */
  play(script: Script): void;
  readonly server: Server;
}

/** 200 with a body, keeping the connection. */
export const answer200: Script = (socket) => {
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
};

/** An application that answers with raw bytes, so that every breach of HTTP can be played on a real socket. */
export async function startScriptedApplication(first: Script = answer200): Promise<ScriptedApplication> {
  let script = first;
  let connections = 0;
  const requests: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      for (let length = requestLength(pending); length !== undefined; length = requestLength(pending)) {
        const request = pending.subarray(0, length).toString('latin1');
        pending = pending.subarray(length);
        requests.push(request);
        script(socket, request);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: new URL(`http://127.0.0.1:${address.port}`),
    requests,
    connections: () => connections,
    play: (next) => {
      script = next;
    },
    server,
  };
}

function requestLength(bytes: Buffer): number | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const length = /^content-length: *(\d+)/im.exec(bytes.toString('latin1', 0, headEnd));
  const total = headEnd + 4 + Number(length?.[1] ?? 0);
  return bytes.length >= total ? total : undefined;
}
