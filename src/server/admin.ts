import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeServer } from './close.ts';
import { listen } from './listen.ts';

export interface AdminOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  metrics(): Promise<{ readonly contentType: string; readonly body: string }>;
  live(): boolean;
  ready(): Readiness | Promise<Readiness>;
  status(): object | Promise<object>;
  rejections(): readonly object[];
  readonly onFault: (error: unknown) => void;
}

export interface Readiness {
  readonly ready: boolean;
  /** By name; a sentence or a finer object for people. */
  readonly checks: Readonly<Record<string, unknown>>;
}

interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Builds the admin port: what operators and probes may know. Never served on the traffic port. */
export function createAdminServer(options: AdminOptions) {
  const server = createServer(
    {
      headersTimeout: 5000,
      requestTimeout: 5000,
      connectionsCheckingInterval: 1000,
      keepAliveTimeout: 65_000,
    },
    (request, response) => {
      serve(request, options).then(
        (page) => send(request, response, page),
        (error) => {
          options.onFault(error);
          send(request, response, json(500, { error: 'this page could not be made; see the log' }));
        },
      );
    },
  );
  server.maxConnections = 256;

  return {
    listen: (): Promise<AddressInfo> => listen(server, options.host, options.port),
    async close(): Promise<void> {
      const closed = closeServer(server, new Set(), 0);
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(request: IncomingMessage, options: AdminOptions): Promise<Page> {
  const page = pageFor(request.url ?? '', options);
  if (page === undefined) return json(404, { error: `pages: ${paths.join(' ')}` });
  if (request.method !== 'GET' && request.method !== 'HEAD') return json(405, { error: 'GET and HEAD only' });
  return page();
}

const paths = ['/metrics', '/livez', '/readyz', '/status', '/rejections'];

function pageFor(target: string, options: AdminOptions): (() => Promise<Page>) | undefined {
  const queryAt = target.indexOf('?');
  switch (queryAt < 0 ? target : target.slice(0, queryAt)) {
    case '/metrics':
      return async () => ({ status: 200, ...(await options.metrics()) });
    case '/livez':
      return async () => {
        const live = options.live();
        return json(live ? 200 : 503, { live });
      };
    case '/readyz':
      return async () => {
        const readiness = await options.ready();
        return json(readiness.ready ? 200 : 503, readiness);
      };
    case '/status':
      return async () => json(200, await options.status());
    case '/rejections':
      return async () => json(200, options.rejections());
    default:
      return undefined;
  }
}

function json(status: number, content: unknown): Page {
  return { status, contentType: 'application/json', body: `${JSON.stringify(content, undefined, 2)}\n` };
}

function send(request: IncomingMessage, response: ServerResponse, page: Page): void {
  if (response.destroyed) return;
  const headers: OutgoingHttpHeaders = {
    'Content-Type': page.contentType,
    'Content-Length': Buffer.byteLength(page.body),
    'Cache-Control': 'no-store',
  };
  if (page.status === 405) headers.Allow = 'GET, HEAD';
  // A body that nobody reads must not be taken for the next request, nor be swallowed at leisure.
  if (!request.complete) headers.Connection = 'close';
  response.writeHead(page.status, headers);
  response.end(page.body);
}
