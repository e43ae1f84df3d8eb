import { Pool } from 'undici';
import { type DialRules, prefixOf } from './dial.ts';
import { isFieldName, isFieldValue } from './hop-by-hop.ts';
import { createUpstreamConnector } from './upstream-connector.ts';
import { type Deadline, UpstreamExchange } from './upstream-exchange.ts';

/** The application, reached over pooled keep-alive connections. docs/forwarding.md describes its behaviour. */
export interface Upstream {
  /**
   * Hands one event over, once: nothing is ever sent a second time. Waits for a free connection, and the deadline
   * counts that wait. Never rejects.
   */
  send(event: UpstreamEvent): Promise<UpstreamResult>;
  /** Takes no more events, waits for those on their way (at most their deadline), closes. May be called again. */
  close(): Promise<void>;
}

export interface UpstreamEvent {
  readonly body: Buffer;
  /** Names and values alternating; without Content-Length, Connection and Transfer-Encoding, which are set here. */
  readonly headers: readonly string[];
  /** Path and query as the sender wrote them; the path prefix of the upstream's URL is put before it. */
  readonly path: string;
}

export type UpstreamResult =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Names and values alternating, as they came over the wire. */
      readonly headers: readonly string[];
      readonly body: Buffer;
      /** The body was longer than `maxAnswerBytes`: it was read to its end, and `body` is empty. */
      readonly bodyDropped: boolean;
    }
  /** Not one byte was sent. */
  | { readonly kind: 'unreachable'; readonly cause: Error }
  /** The deadline passed. `sent`: the application may have run; otherwise not one byte was sent, nor will be. */
  | { readonly kind: 'timeout'; readonly sent: boolean }
  /** The connection was lost, or the answer was no HTTP, after sending: the application may have run. */
  | { readonly kind: 'broken'; readonly sent: boolean; readonly cause: Error };

export interface UpstreamRules extends DialRules {
  /** From `send` to the last byte of the answer. */
  readonly timeoutMs: number;
  /** At most, all together. */
  readonly connections: number;
  /** How long a connection rests where the application gives no hint. */
  readonly keepAliveMs: number;
  readonly maxAnswerBytes: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

export function createUpstream(rules: UpstreamRules): Upstream {
  const connector = createUpstreamConnector(rules);
  const pool = new Pool(rules.url.origin, {
    connections: rules.connections,
    connect: connector.connect,
    ...poolManners,
    keepAliveTimeout: rules.keepAliveMs,
  });
  const prefix = prefixOf(rules.url);
  const deadline: Deadline = { afterMs: rules.timeoutMs, now: rules.now };
  // Without it undici takes the TLS server name from the sender's Host header, and reconnects when that changes.
  const servername = rules.url.hostname;
  let closed: Promise<void> | undefined;

  return {
    send(event) {
      const path = prefix + event.path;
      const fault = findUnsendable(path, event.headers);
      if (fault !== undefined) return Promise.resolve({ kind: 'unreachable', cause: new Error(fault) });
      return new Promise((resolve) => {
        const exchange = new UpstreamExchange(deadline, rules.maxAnswerBytes, connector, resolve);
        const request = { method: 'POST', path, headers: event.headers, body: event.body, servername };
        // undici only reads the list, but declares it mutable.
        pool.dispatch(request as typeof request & { headers: string[] }, exchange);
      });
    },
    close() {
      closed ??= pool.close();
      return closed;
    },
  };
}

/**
 * The deadline is the exchange's own timer: undici's have a resolution of a second and do not count the queue.
 *
 * An event that meets a connection which the application is just closing is answered 502, so connections are given
 * up before the application does it. Known idle limits are 2 s (gunicorn), 5 s (Node, uvicorn, Apache httpd) and
 * more: after `keepAliveMs` without a hint, one second less than a `Keep-Alive: timeout` hint, and a minute at most.
 *
 * A connection ends after a thousand events, so that the load finds pods that were added behind a Service.
 */
const poolManners = {
  pipelining: 1,
  headersTimeout: 0,
  bodyTimeout: 0,
  keepAliveTimeoutThreshold: 1_000,
  keepAliveMaxTimeout: 60_000,
  maxRequestsPerClient: 1_000,
  maxHeaderSize: 16_384,
  allowH2: false,
  useMilo: false,
} as const;

/**
 * What undici would refuse, as a sentence. It refuses only after the pool has picked a connection, and marks that
 * connection busy for good: one bad value for each connection, and the pool hangs.
 */
function findUnsendable(path: string, headers: readonly string[]): string | undefined {
  if (!path.startsWith('/') || illegalInPath.test(path))
    return 'the path holds characters that cannot be sent';
  let hosts = 0;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string;
    const value = headers[index + 1];
    if (!isFieldName(name)) return `the header name ${JSON.stringify(name)} is not legal`;
    if (value === undefined || !isFieldValue(value)) return `the value of the header ${name} is not legal`;
    if (name.length > 17 || !setByConnection.has(name.toLowerCase())) continue;
    if (name.length !== 4) return `the header ${name} belongs to the connection`;
    hosts += 1;
    if (hosts > 1) return 'there are two Host headers';
  }
  return undefined;
}

const illegalInPath = /[^\x21-\xff]/;

const setByConnection: ReadonlySet<string> = new Set([
  'host',
  'expect',
  'upgrade',
  'keep-alive',
  'connection',
  'content-length',
  'transfer-encoding',
]);
