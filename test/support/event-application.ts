import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ReceivedEvent {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface EventApplication {
  readonly url: string;
  readonly events: ReceivedEvent[];
  /** Answers the events to come. */
  answer: (response: ServerResponse, event: ReceivedEvent) => void;
  /** Resolves once so many events have arrived. */
  arrived(count: number): Promise<void>;
  readonly server: Server;
}

/** An application that keeps what reaches it, and answers 200 unless told otherwise. */
export async function startEventApplication(port = 0): Promise<EventApplication> {
  const events: ReceivedEvent[] = [];
  const waiting: { count: number; tell: () => void }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const event = { url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) };
      events.push(event);
      for (const { count, tell } of waiting) if (events.length >= count) tell();
      application.answer(response, event);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const application: EventApplication = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    events,
    answer: (response) => void response.end('{"received":true}'),
    arrived: (count) =>
      events.length >= count ? Promise.resolve() : new Promise((tell) => waiting.push({ count, tell })),
    server,
  };
  return application;
}
