import type { Socket } from 'node:net';
import { parseProxyHeader } from './parse.ts';

export type ProxyHeaderRead =
  /** `source` as in `ProxyHeader`; what follows the header is the first thing the socket gives next. */
  | { readonly kind: 'header'; readonly source: string }
  | { readonly kind: 'malformed'; readonly problem: string }
  /** Not one byte came: a health check or a connection kept in reserve. */
  | { readonly kind: 'silent' };

/**
 * Reads the header from a fresh socket and calls `done` once; puts back what follows it. Destroying a socket that
 * gives no header in time is left to `done`.
 */
export function readProxyHeader(
  socket: Socket,
  timeoutMs: number,
  done: (read: ProxyHeaderRead) => void,
): void {
  let held: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => end(missing('in time')), timeoutMs);
  socket.on('readable', onReadable);
  socket.on('end', onEnd);
  socket.on('close', onEnd);
  socket.on('error', onEnd);

  function onReadable(): void {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const parsed = parseProxyHeader(held);
    if (parsed.kind === 'incomplete') return;
    if (parsed.kind === 'header') {
      const rest = held.subarray(parsed.length);
      end({ kind: 'header', source: parsed.source }, rest);
    } else {
      end(parsed);
    }
  }

  function onEnd(): void {
    end(missing('before the peer closed'));
  }

  function missing(when: string): ProxyHeaderRead {
    return held.length === 0
      ? { kind: 'silent' }
      : { kind: 'malformed', problem: `no complete PROXY protocol header ${when}` };
  }

  function end(read: ProxyHeaderRead, rest?: Buffer): void {
    clearTimeout(timer);
    socket.off('readable', onReadable);
    socket.off('end', onEnd);
    socket.off('close', onEnd);
    if (read.kind === 'header') socket.off('error', onEnd);
    if (rest !== undefined && rest.length > 0) socket.unshift(rest);
    done(read);
  }
}
