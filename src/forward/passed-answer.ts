import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { endToEndHeaders } from './hop-by-hop.ts';
import { Silence } from './silence.ts';

/** One request on its way through the passthrough, once the application answers. */
export interface PassedExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The request to the application. */
  readonly sent: ClientRequest;
  readonly requestId: string;
  /** How long a client may be silent in the middle of its body; milliseconds. */
  readonly uploadIdleMs: number;
}

/** Streams the answer; when the application breaks off, the client's connection is cut, so that it can tell. */
export function passAnswer(answer: IncomingMessage, exchange: PassedExchange): void {
  const { response, sent, requestId } = exchange;
  if (response.headersSent || response.destroyed) return void answer.destroy();
  // Node would close the connection to an application that says `close` behind its answer, in the middle of the upload
  // that it still reads; the agent closes it behind the upload.
  if (!sent.writableFinished) sent.shouldKeepAlive = true;
  response.writeHead(answer.statusCode ?? 502, passedFields(answer, requestId));
  // Not by `pipeline`, which ends each answer with an AbortSignal's exception that nobody reads. A client that leaves ends
  // the application's request, and with it the answer.
  answer.once('error', ignore);
  answer.once('close', () => {
    if (!answer.readableEnded) response.destroy();
  });
  response.on('error', ignore);
  answer.once('end', () => endOnceUploaded(exchange));
  answer.pipe(response, { end: false });
  // Server-sent events begin with a head and nothing else; a body that came with its head goes on with it.
  setImmediate(() => {
    if (!answer.readableDidRead && !response.writableEnded) response.flushHeaders();
  });
}

/** Both streams are closed after an error, which is what counts. */
function ignore(): void {}

/**
 * An application may answer at once and read on (RFC 9112 section 9.5). Ending the answer ends the request, so that
 * waits until the upload is over, or the application has closed, or the upload stands still.
 */
function endOnceUploaded({ request, response, sent, uploadIdleMs }: PassedExchange): void {
  if (sent.writableFinished || sent.destroyed) return void response.end();
  const { socket } = sent;
  // Once an answer is whole Node's client listens no more to its socket's `drain`, and the upload would stand still.
  const goOn = (): void => void sent.emit('drain');
  socket?.on('drain', goOn);
  if (socket?.writableNeedDrain === false) goOn();
  const isRefused = response.statusCode >= 400;
  const lull = new Silence(isRefused ? Math.min(uploadIdleMs, refusedLullMs) : uploadIdleMs, end);
  request.on('data', () => lull.touch());
  for (const event of ['finish', 'close'] as const) sent.once(event, end);
  response.once('close', () => lull.end());
  function end(): void {
    lull.end();
    socket?.off('drain', goOn);
    response.end();
  }
}

/** Clients that see a refusal stop sending, and wait for its end. */
const refusedLullMs = 2_000;

/** End-to-end fields, with the gate's request id in place of any other. Names and values alternating. */
export function passedFields(answer: IncomingMessage, requestId: string): string[] {
  const fields = endToEndHeaders(answer.rawHeaders);
  const passed: string[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = fields[index] as string;
    if (!isGatesOwn(name.toLowerCase())) passed.push(name, fields[index + 1] as string);
  }
  passed.push('X-Request-Id', requestId);
  return passed;
}

function isGatesOwn(name: string): boolean {
  return name === 'x-request-id' || name.startsWith('hookgate-');
}
