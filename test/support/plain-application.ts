import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface PlainApplication {
  readonly url: string;
  /** Method and target of every request that the application's parser found; upgrades that a test listens to are its own to note. */
  readonly seen: string[];
  readonly requests: IncomingMessage[];
  /** Connections accepted so far. */
  readonly connections: () => number;
  readonly server: Server;
}

/** An application by Node's own server. Answers 200 with the body it was sent unless told otherwise. */
export async function startPlainApplication(
  listener: RequestListener = (request, response) => void request.pipe(response),
): Promise<PlainApplication> {
  const seen: string[] = [];
  const requests: IncomingMessage[] = [];
  let connections = 0;
  const note = (request: IncomingMessage): void => {
    seen.push(`${request.method} ${request.url}`);
    requests.push(request);
  };
  const server = createServer((request, response) => {
    note(request);
    listener(request, response);
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, seen, requests, connections: () => connections, server };
}
