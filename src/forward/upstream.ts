import { ConnectionPool } from './connection-pool.ts';
import { createDial, type DialRules, prefixOf } from './dial.ts';
import { EventExchange } from './event-exchange.ts';
import { isFieldName, isFieldValue } from './hop-by-hop.ts';
import type { UpstreamEvent, UpstreamResult } from './upstream-event.ts';

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

export interface UpstreamRules extends DialRules {
  /** From `send` to the last byte of the answer. */
  readonly timeoutMs: number;
  /** At most, for each address. */
  readonly connections: number;
  /** How long a connection rests where the application gives no hint. */
  readonly keepAliveMs: number;
  readonly maxAnswerBytes: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

export function createUpstream(rules: UpstreamRules): Upstream {
  const pool = new ConnectionPool({
    ...rules,
    dial: createDial({ ...rules, connectionsPerAddress: rules.connections }),
  });
  const exchangeRules = { ...rules, host: rules.url.host, onSettled: end };
  const prefix = prefixOf(rules.url);
  let underWay = 0;
  let closing: PromiseWithResolvers<void> | undefined;

  function end(): void {
    underWay -= 1;
    if (underWay === 0 && closing !== undefined) finishClosing(closing);
  }

  function finishClosing({ resolve }: PromiseWithResolvers<void>): void {
    pool.close();
    resolve();
  }

  return {
    send(event) {
      const path = prefix + event.path;
      const fault =
        closing === undefined ? findUnsendable(path, event.headers) : 'the connections are closed';
      if (fault !== undefined) return Promise.resolve({ kind: 'unreachable', cause: new Error(fault) });
      underWay += 1;
      return new Promise((resolve) => {
        pool.add(new EventExchange(event, path, exchangeRules, resolve));
      });
    },
    close() {
      if (closing === undefined) {
        closing = Promise.withResolvers();
        if (underWay === 0) finishClosing(closing);
      }
      return closing.promise;
    },
  };
}

/** What would make another request of the event once it is written, as a sentence. */
function findUnsendable(path: string, headers: readonly string[]): string | undefined {
  if (!path.startsWith('/') || illegalInPath.test(path))
    return 'the path holds characters that cannot be sent';
  let hosts = 0;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string;
    const value = headers[index + 1];
    if (!isFieldName(name)) return `the header name ${JSON.stringify(name)} is not legal`;
    if (value === undefined || !isFieldValue(value)) return `the value of the header ${name} is not legal`;
    if (!setByConnection.test(name)) continue;
    if (name.length !== 4) return `the header ${name} belongs to the connection`;
    hosts += 1;
    if (hosts > 1) return 'there are two Host headers';
  }
  return undefined;
}

const illegalInPath = /[^\x21-\xff]/;

const setByConnection = /^(?:host|expect|upgrade|keep-alive|connection|content-length|transfer-encoding)$/i;
