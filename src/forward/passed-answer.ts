import type { IncomingMessage, ServerResponse } from 'node:http';
import { endToEndHeaders } from './hop-by-hop.ts';

/** Streams the answer; when the application breaks off, the client's connection is cut, so that it can tell. */
export function passAnswer(answer: IncomingMessage, response: ServerResponse, requestId: string): void {
  if (response.headersSent || response.destroyed) return void answer.destroy();
  response.writeHead(answer.statusCode ?? 502, passedFields(answer.rawHeaders, requestId));
  // Not by `pipeline`, which ends each answer with an AbortSignal's exception that nobody reads. A client that leaves ends
  // the application's request, and with it the answer.
  answer.once('error', ignore);
  answer.once('close', () => {
    if (!answer.readableEnded) response.destroy();
  });
  response.on('error', ignore);
  answer.pipe(response);
  // Server-sent events begin with a head and nothing else; a body that came with its head goes on with it.
  setImmediate(() => {
    if (!answer.readableDidRead && !response.writableEnded) response.flushHeaders();
  });
}

/** Both streams are closed after an error, which is what counts. */
function ignore(): void {}

/** End-to-end fields, with the gate's request id in place of any other. Names and values alternating. */
export function passedFields(rawHeaders: readonly string[], requestId: string): string[] {
  const fields = endToEndHeaders(rawHeaders);
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
