import type { ClientRequest } from 'node:http';

/** Those that ask for no change (RFC 9110 section 9.2.1). */
const safeMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

/**
 * Whether a request without a body, which failed with `error`, may be sent once more on a new connection. An
 * application closes a kept connection when it pleases, and a request on its way at that moment is lost; without a gate
 * the client would have had a connection of its own. RFC 9110 section 9.2.2 lets a proxy repeat nothing else.
 */
export function mayBeSentAgain(sent: ClientRequest | undefined, error: Error & { code?: string }): boolean {
  if (sent?.reusedSocket !== true || !safeMethods.includes(sent.method)) return false;
  return error.code === 'ECONNRESET' || error.code === 'EPIPE';
}
