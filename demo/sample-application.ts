import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One delivery as the application saw it. */
export interface SampleDelivery {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** `data.reference` of the event; undefined when the body has none. */
  readonly reference: string | undefined;
  /** What the application answered. */
  readonly status: number;
}

export interface SampleApplication {
  readonly url: string;
  /** How often an event with this reference arrived, failed deliveries included. */
  seen(reference: string): number;
  readonly deliveries: readonly SampleDelivery[];
  /** Answers the next `count` deliveries with `status`. */
  failNext(count: number, status: number): void;
  close(): Promise<void>;
}

/**
 * An application that takes payment events and knows nothing of Hookgate: it checks no checksum and suppresses no
 * repeat, it only counts what reaches it.
 */
export async function startSampleApplication(options: { port?: number } = {}): Promise<SampleApplication> {
  const deliveries: SampleDelivery[] = [];
  const sightings = new Map<string, number>();
  let failures = { left: 0, status: 500 };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const reference = referenceIn(body);
      const fails = failures.left > 0;
      if (fails) failures.left -= 1;
      const status = fails ? failures.status : 200;
      deliveries.push({ path: request.url ?? '', headers: request.headers, body, reference, status });
      if (reference !== undefined) sightings.set(reference, (sightings.get(reference) ?? 0) + 1);
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ received: !fails }));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: (reference) => sightings.get(reference) ?? 0,
    deliveries,
    failNext(count, status) {
      failures = { left: count, status };
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function referenceIn(body: string): string | undefined {
  try {
    const { data } = JSON.parse(body) as { data?: { reference?: unknown } };
    return typeof data?.reference === 'string' ? data.reference : undefined;
  } catch {
    // The application answers 200 to anything; what is no JSON has no reference.
    return undefined;
  }
}
