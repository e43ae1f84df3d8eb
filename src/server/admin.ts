import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { isAdminHost } from './admin-host.ts';
import { createAdminPage, quiet } from './admin-page.ts';
import { closeServer } from './close.ts';
import { destroyBeforeReadingOn } from './destroy-before-reading-on.ts';
import { listen } from './listen.ts';
import { shareMaking } from './shared-making.ts';

export interface AdminOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  metrics(): Promise<{ readonly contentType: string; readonly body: string }>;
  ready(): Readiness | Promise<Readiness>;
  status(): object | Promise<object>;
  rejections(): readonly object[];
  /** What the page draws; docs/overview.md has its shape. Without it there is no page. */
  overview?(): object | Promise<object>;
  /** Further names by which people's pages may be called. */
  hosts?(): readonly string[];
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
  readonly headers?: Readonly<Record<string, string>>;
}

/** Builds the admin port: what operators and probes may know. Never served on the traffic port. */
export function createAdminServer(options: AdminOptions) {
  const adminPage = createAdminPage();
  const answering = new WeakSet<Socket>();
  /** How many requests came on it ahead of the first one's answer. */
  const refused = new WeakMap<Socket, number>();
  /** Who asked last stands last. */
  const open = new Set<Socket>();
  const makePage = shareMaking((page: PageMaker) => page.make(options, adminPage));
  const server = createServer(
    {
      headersTimeout: 5000,
      requestTimeout: 5000,
      connectionsCheckingInterval: 1000,
      keepAliveTimeout: 65_000,
    },
    (request, response) => {
      const { socket } = request;
      if (open.delete(socket)) open.add(socket);
      if (answering.has(socket)) {
        const ahead = (refused.get(socket) ?? 0) + 1;
        refused.set(socket, ahead);
        if (ahead > maxAhead) return void destroyBeforeReadingOn(socket, open);
        return send(request, response, pipelined);
      }
      answering.add(socket);
      response.once('close', () => answering.delete(socket));
      serve(request, options, makePage).then(
        (page) => send(request, response, page),
        (error) => {
          options.onFault(error);
          send(request, response, json(500, { error: 'this page could not be made; see the log' }));
        },
      );
    },
  );
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    // A refused newcomer may be the probe, for want of which the pod would be ended: others hold a port full for nothing.
    if (open.size > maxOpen) for (const oldest of open) return void oldest.destroy();
  });

  return {
    listen: (): Promise<AddressInfo> => listen(server, options.host, options.port),
    async close(): Promise<void> {
      const closed = closeServer(server, new Set(), 0);
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Beyond it not even the first has an answer: Node keeps all until the connection closes. */
const maxAhead = 64;

/** Connections at a time; probes and scrapes need a few. */
const maxOpen = 256;

async function serve(
  request: IncomingMessage,
  options: AdminOptions,
  makePage: (page: PageMaker) => Promise<Page>,
): Promise<Page> {
  const path = request.url?.split('?', 1)[0] ?? '';
  const there = Object.keys(pages).filter(
    (name) => options.overview !== undefined || !overviewPages.has(name),
  );
  const page = there.includes(path) ? pages[path] : undefined;
  if (page === undefined) return json(404, { error: `pages: ${there.join(' ')}` });
  if (request.method !== 'GET' && request.method !== 'HEAD') return json(405, { error: 'GET and HEAD only' });
  if (page.forPeople && !isAdminHost(request.headers.host, options.hosts?.() ?? [])) {
    const error =
      'the Host of this request is neither an address nor localhost nor listed in admin.hosts: a name that somebody else owns may lead here';
    return json(403, { error });
  }
  return makePage(page);
}

interface PageMaker {
  /** Tells what people read: not to a name that a stranger's page may have pointed here. */
  readonly forPeople: boolean;
  make(options: AdminOptions, adminPage: ReturnType<typeof createAdminPage>): Page | Promise<Page>;
}

const pages: Readonly<Record<string, PageMaker>> = {
  '/': {
    forPeople: true,
    make(_options, adminPage) {
      const { html, headers } = adminPage();
      return { status: 200, contentType: 'text/html; charset=utf-8', body: html, headers };
    },
  },
  '/overview': { forPeople: true, make: async (options) => json(200, await options.overview?.()) },
  '/status': { forPeople: true, make: async (options) => json(200, await options.status()) },
  '/rejections': { forPeople: true, make: (options) => json(200, options.rejections()) },
  '/metrics': { forPeople: false, make: async (options) => ({ status: 200, ...(await options.metrics()) }) },
  // Whoever can answer is alive.
  '/livez': { forPeople: false, make: () => json(200, { live: true }) },
  '/readyz': {
    forPeople: false,
    async make(options) {
      const readiness = await options.ready();
      return json(readiness.ready ? 200 : 503, readiness);
    },
  },
};

/** Where nothing is watched, as in the injector, there is nothing to draw. */
const overviewPages: ReadonlySet<string> = new Set(['/', '/overview']);

/** Answers that nobody reads would pile up; no probe, scrape or browser asks on before it has its answer. */
const pipelined: Page = {
  ...json(429, { error: 'one request at a time on a connection' }),
  headers: { Connection: 'close' },
};

function json(status: number, content: unknown): Page {
  return { status, contentType: 'application/json', body: `${JSON.stringify(content, undefined, 2)}\n` };
}

function send(request: IncomingMessage, response: ServerResponse, page: Page): void {
  if (response.destroyed) return;
  const headers: OutgoingHttpHeaders = {
    'Content-Type': page.contentType,
    'Content-Length': Buffer.byteLength(page.body),
    'Cache-Control': 'no-store',
    ...quiet,
    ...page.headers,
  };
  if (page.status === 405) headers.Allow = 'GET, HEAD';
  // A body that nobody reads must not be taken for the next request, nor be swallowed at leisure.
  if (!request.complete) headers.Connection = 'close';
  response.writeHead(page.status, headers);
  response.end(page.body);
}
