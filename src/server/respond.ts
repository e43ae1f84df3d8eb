import { type OutgoingHttpHeader, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Settlement } from '../delivery/answer.ts';
import { answerHeadBytes } from '../delivery/answer-bytes.ts';
import { Rejection, rejectionRules } from '../delivery/rejections.ts';

/**
 * Writes the answer in one go: one head, one body. Does nothing when the sender's socket is gone; a settled
 * delivery does not depend on it.
 */
export function respond(response: ServerResponse, settlement: Settlement, requestId: string): void {
  if (response.destroyed || response.headersSent) return;
  if (settlement instanceof Rejection) {
    const { status, headers, body } = renderRejection(settlement, requestId);
    response.writeHead(status, headers as OutgoingHttpHeader[]);
    response.end(body, 'latin1');
    return;
  }
  const headers: OutgoingHttpHeader[] = [];
  for (let index = 0; index < settlement.headers.length; index += 2) {
    const name = settlement.headers[index] ?? '';
    if (!isOwnField(name)) headers.push(name, settlement.headers[index + 1] ?? '');
  }
  headers.push('Content-Length', settlement.body?.length ?? 0, 'X-Request-Id', requestId);
  response.writeHead(settlement.status, headers);
  const { body } = settlement;
  // Node puts a text behind the head and writes both as one piece; bytes of their own take the way of many pieces.
  if (body !== undefined && body.length <= writtenAsText) response.end(body.toString('latin1'), 'latin1');
  else response.end(body);
}

/** Bytes; a longer body is cheaper to write than to copy. */
const writtenAsText = 16 * 1024;

/** The same answer as bytes, for a socket without a response: the request could not be parsed. Closes. */
export function renderRejectionBytes(rejection: Rejection, requestId: string): Buffer {
  const { status, headers, body } = renderRejection(rejection, requestId);
  const fields = [...headers, 'Date', new Date().toUTCString(), 'Connection', 'close'];
  const head = answerHeadBytes(status, STATUS_CODES[status] ?? '', fields);
  return Buffer.concat([head, Buffer.from(body, 'latin1')]);
}

/** RFC 9457. The sentence comes from the table; the detail stays in the log. Everything here is ASCII. */
function renderRejection(rejection: Rejection, requestId: string) {
  const rule = rejectionRules[rejection.code];
  const code = rule.shownAs ?? rejection.code;
  const { status, title } = rule;
  const body = JSON.stringify({ type: `urn:hookgate:rejection:${code}`, title, status, code, requestId });
  const headers = [
    'Content-Type',
    'application/problem+json',
    'Content-Length',
    String(body.length),
    'X-Request-Id',
    requestId,
  ];
  if (rule.retryAfterSeconds !== undefined) headers.push('Retry-After', String(rule.retryAfterSeconds));
  for (const name in rejection.headers) headers.push(name, rejection.headers[name] ?? '');
  return { status, headers, body };
}

/** Fields that the gate writes itself; twice they would make the answer ambiguous. */
function isOwnField(name: string): boolean {
  switch (name.length) {
    case 10:
      return name.toLowerCase() === 'connection';
    case 12:
      return name.toLowerCase() === 'x-request-id';
    case 14:
      return name.toLowerCase() === 'content-length';
    case 17:
      return name.toLowerCase() === 'transfer-encoding';
    default:
      return false;
  }
}
