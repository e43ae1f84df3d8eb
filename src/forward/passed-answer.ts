import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { endToEndHeaders } from './hop-by-hop.ts';

/** Streams the answer; when the application breaks off, the client's connection is cut, so that it can tell. */
export function passAnswer(answer: IncomingMessage, response: ServerResponse, requestId: string): void {
  if (response.headersSent || response.destroyed) return void answer.destroy();
  response.writeHead(answer.statusCode ?? 502, passedFields(answer, requestId));
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

/**
 * Prepares an application's refusal to upgrade, which http-proxy writes: as this is the last of the connection, its
 * body ends where the connection ends, and needs no chunks.
 */
export function prepareRefusedUpgrade(answer: IncomingMessage, socket: Socket, requestId: string): void {
  answer.headers = { ...joinedFields(answer, requestId), connection: 'close' };
  answer.once('error', () => socket.destroy());
  answer.once('end', () => {
    // What came behind the handshake is discarded, so that the end of the connection can be read; but not for long.
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), lingerMs);
    socket.once('close', () => clearTimeout(timer));
  });
}

const lingerMs = 1000;

/**
 * Prepares a 101, which http-proxy writes, and ends the tunnel where the gate itself destroys the client's
 * socket: http-proxy ends one side only when the other ends or fails of its own accord.
 */
export function prepareTunnel(
  answer: IncomingMessage,
  upstream: Socket,
  socket: Socket,
  requestId: string,
): void {
  answer.headers = { ...joinedFields(answer, requestId), connection: 'Upgrade', upgrade: 'websocket' };
  socket.once('close', () => upstream.destroy());
  if (socket.destroyed) upstream.destroy();
}

/** The same fields in the form that http-proxy takes. */
function joinedFields(answer: IncomingMessage, requestId: string): Record<string, string | string[]> {
  const fields = passedFields(answer, requestId);
  const joined: Record<string, string | string[]> = {};
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] as string;
    const value = fields[index + 1] as string;
    const before = joined[name];
    joined[name] = before === undefined ? value : [before, value].flat();
  }
  return joined;
}

/** End-to-end fields, with the gate's request id in place of any other. */
function passedFields(answer: IncomingMessage, requestId: string): string[] {
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
