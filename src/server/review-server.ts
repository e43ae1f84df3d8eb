import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Held } from '../delivery/delivery.ts';
import { closeServer } from './close.ts';
import { destroyBeforeReadingOn } from './destroy-before-reading-on.ts';
import { listen } from './listen.ts';

export interface ReviewServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly tls: ServedCertificate;
  /** Answers a JSON body posted to a path with a JSON text; undefined: it is no review. Unknown paths are not asked. */
  readonly reviews: Readonly<Record<string, (body: unknown) => Promise<string | undefined>>>;
  /** Opens the account of the bytes that a review from this address takes. */
  readonly hold: (address: string) => Held;
  readonly onMalformed: (why: string) => void;
  readonly onFault: (error: unknown) => void;
}

/** PEM. */
export interface ServedCertificate {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** An AdmissionReview holds two objects of at most 3 MiB (the API server's own limit), in JSON. */
export const maxReviewBytes = 8 * 1024 * 1024;
const minVersion = 'TLSv1.2';

/**
 * HTTPS for the API server. What is no review is answered 4xx: with `failurePolicy: Fail` that is a refusal, never an
 * allow.
 */
export function createReviewServer(options: ReviewServerOptions) {
  const open = new Set<Socket>();
  const server = createServer({
    ...options.tls,
    minVersion,
    headersTimeout: 5000,
    requestTimeout: 10_000,
    keepAliveTimeout: 90_000,
  });
  server.maxConnections = 1000;
  server.on('secureConnection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  let isStopping = false;
  const answering = new WeakSet<Socket>();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    // The API server asks one thing at a time on a connection.
    if (answering.has(socket)) return void destroyBeforeReadingOn(socket, open);
    answering.add(socket);
    // The API server keeps its connections, and opens the next one elsewhere only where this one closes.
    if (isStopping) response.setHeader('Connection', 'close');
    answer(request, options).then(
      ({ status, body }) => {
        // Not once it is sent: over TLS Node tells of that a turn of the event loop late, when the next request may have come.
        answering.delete(socket);
        if (status !== 200) options.onMalformed(body);
        send(request, response, status, body);
      },
      (error) => {
        answering.delete(socket);
        options.onFault(error);
        send(request, response, 500, 'hookgate: the review failed; see the log of the injector\n');
      },
    );
  });
  return {
    listen: (): Promise<AddressInfo> => listen(server, options.host, options.port),
    /** For new connections; those that are open go on. */
    serve: (tls: ServedCertificate): void => server.setSecureContext({ ...tls, minVersion }),
    beginStop(): void {
      isStopping = true;
    },
    async close(deadlineMs: number): Promise<void> {
      const closed = closeServer(server, open, deadlineMs);
      server.closeIdleConnections();
      await closed;
    },
  };
}

interface ReviewAnswer {
  readonly status: number;
  readonly body: string;
}

async function answer(
  request: IncomingMessage,
  { reviews, hold }: ReviewServerOptions,
): Promise<ReviewAnswer> {
  const path = (request.url ?? '').split('?')[0] ?? '';
  const review = Object.hasOwn(reviews, path) ? reviews[path] : undefined;
  if (review === undefined)
    return { status: 404, body: `hookgate: no review at ${JSON.stringify(path.slice(0, 100))}\n` };
  if (request.method !== 'POST') return { status: 405, body: 'hookgate: reviews are posted\n' };
  const type = request.headers['content-type'] ?? 'none';
  if (!/^application\/json *(;|$)/i.test(type))
    return {
      status: 415,
      body: `hookgate: the content type is ${JSON.stringify(type.slice(0, 100))}, expected application/json\n`,
    };
  const held = hold(request.socket.remoteAddress ?? '');
  try {
    const read = await readBody(request, held);
    return read.kind === 'whole' ? await judge(read.text, review) : read.answer;
  } finally {
    held.giveBack();
  }
}

async function judge(
  text: string,
  review: (body: unknown) => Promise<string | undefined>,
): Promise<ReviewAnswer> {
  const parsed = parseJson(text);
  const answered = parsed === undefined ? undefined : await review(parsed);
  return answered === undefined
    ? {
        status: 400,
        body: 'hookgate: the body is no AdmissionReview (admission.k8s.io/v1) of the kind that is reviewed here\n',
      }
    : { status: 200, body: answered };
}

type ReviewRead =
  | { readonly kind: 'whole'; readonly text: string }
  | { readonly kind: 'refused'; readonly answer: ReviewAnswer };

async function readBody(request: IncomingMessage, held: Held): Promise<ReviewRead> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxReviewBytes) return refused(413, `the review is larger than ${maxReviewBytes} bytes`);
      if (!held.take(chunk.length))
        return refused(503, 'too many bytes of other reviews are held; try again');
      chunks.push(chunk);
    }
  } catch {
    // By the client or by its network, and no fault of the review.
    return refused(400, 'the client left before its review was whole');
  }
  return { kind: 'whole', text: Buffer.concat(chunks).toString('utf8') };
}

function refused(status: number, sentence: string): ReviewRead {
  return { kind: 'refused', answer: { status, body: `hookgate: ${sentence}\n` } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function send(request: IncomingMessage, response: ServerResponse, status: number, body: string): void {
  if (response.destroyed) return;
  if (!request.complete) response.setHeader('Connection', 'close');
  response.writeHead(status, {
    'Content-Type': status === 200 ? 'application/json' : 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}
