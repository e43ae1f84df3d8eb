import type { OutgoingHttpHeader, ServerResponse } from 'node:http';
import { endsWithHead, type Settlement } from '../delivery/answer.ts';
import { refusalAnswer } from '../delivery/refusal-answer.ts';
import { Rejection } from '../delivery/rejections.ts';

/**
 * Writes the answer in one go: one head, one body. Does nothing when the sender's socket is gone; a settled
 * delivery does not depend on it.
 */
export function respond(response: ServerResponse, settlement: Settlement, requestId: string): void {
  if (response.destroyed || response.headersSent) return;
  if (settlement instanceof Rejection) {
    const { status, fields, body } = refusalAnswer(settlement, requestId);
    response.writeHead(status, fields as OutgoingHttpHeader[]);
    response.end(body, 'latin1');
    return;
  }
  const headers: OutgoingHttpHeader[] = [];
  for (let index = 0; index < settlement.headers.length; index += 2) {
    const name = settlement.headers[index] ?? '';
    if (!isOwnField(name)) headers.push(name, settlement.headers[index + 1] ?? '');
  }
  // The length of what a 304 stands for is not known here, and a 204 may have none (RFC 9110 section 8.6).
  if (!endsWithHead(settlement.status)) headers.push('Content-Length', settlement.body?.length ?? 0);
  headers.push('X-Request-Id', requestId);
  response.writeHead(settlement.status, headers);
  const { body } = settlement;
  // As a text, Node joins the body to the head and writes both at once; a Buffer is written separately.
  if (body !== undefined && body.length <= writtenAsText) response.end(body.toString('latin1'), 'latin1');
  else response.end(body);
}

/** Bytes; a longer body is cheaper to write than to copy. */
const writtenAsText = 16 * 1024;

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
