import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What the application does with the events that come. */
export type Mood =
  /** Accepts and answers 200. */
  | 'well'
  /** Resets the connection and has done nothing. */
  | 'resetting'
  /** Begins an answer and resets the connection in its midst; has done nothing. */
  | 'breaking off'
  /** Does nothing until its mood is another; accepts then, although the gate may have given up. */
  | 'stalled';

export interface FickleApplication {
  readonly url: string;
  /** Bodies accepted: a stalled event counts from when it is taken up. */
  readonly accepted: { readonly body: Buffer }[];
  become(mood: Mood): void;
  /** Ends all connections and listens no more; again at the same port when the promise is resolved. */
  restart(awayMs: number): Promise<void>;
}

/** An application that resets, breaks off, stalls and restarts, each at the test's word. */
export async function startFickleApplication(): Promise<FickleApplication> {
  const accepted: { body: Buffer }[] = [];
  let mood: Mood = 'well';
  let stalled: (() => void)[] = [];
  let server = create();
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  onTestFinished(() => end(server));

  return {
    url: `http://127.0.0.1:${port}`,
    accepted,
    become(next) {
      mood = next;
      const waiting = stalled;
      stalled = [];
      for (const goOn of waiting) goOn();
    },
    async restart(awayMs) {
      end(server);
      await new Promise((resolve) => setTimeout(resolve, awayMs));
      server = create();
      await listen(server, port);
    },
  };

  function create(): Server {
    return createServer(async (request, response) => {
      request.on('error', () => {});
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of request) chunks.push(chunk as Buffer);
      } catch {
        return; // The gate went away before the body was whole.
      }
      await judge(Buffer.concat(chunks), response);
    });
  }

  async function judge(body: Buffer, response: ServerResponse): Promise<void> {
    while (mood === 'stalled') await new Promise<void>((resolve) => stalled.push(resolve));
    if (mood === 'well') {
      accepted.push({ body });
      response.end('{"received":true}');
    } else if (mood === 'resetting') {
      response.socket?.resetAndDestroy();
    } else {
      response.writeHead(200, { 'content-length': '17' });
      response.write('{"rece', () => response.socket?.resetAndDestroy());
    }
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
}

function end(server: Server): void {
  server.close();
  server.closeAllConnections();
}
