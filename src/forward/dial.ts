import { lookup } from 'node:dns';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { afterALook } from '../values/after-a-look.ts';
import { BriefMap } from '../values/brief-map.ts';
import { withoutBrackets } from '../values/host-brackets.ts';
import { nodeTls } from '../values/node-tls.ts';
import { trustedAuthorities } from '../values/trusted-authorities.ts';

export interface DialRules {
  /** http or https; its name is what TLS asks for, whichever address is used. */
  readonly url: URL;
  /** Used instead of resolving the URL's name, in this order; empty: the name is resolved for every connection. */
  readonly addresses: readonly string[];
  /** PEM certificates that replace the system's authorities. */
  readonly caPem?: string | undefined;
  /** For the name, the TCP connection and the TLS handshake together, whichever address it comes to. */
  readonly connectTimeoutMs: number;
  /** Connections to one address, open or being opened, at most; without bound where there is none. */
  readonly connectionsPerAddress?: number;
}

/** Opens one connection to the application; tells of it once, never before it has returned. */
export type Dial = (done: (error: Error | null, socket: Socket | null) => void) => void;

/**
 * How deliveries, the passthrough, upgrades and `check` reach the application: all by this one.
 *
 * Each address is tried, and the first that answers is taken. The next one begins when one before it failed or has
 * not answered for `headStartMs`, and none is given up before `connectTimeoutMs` (RFC 8305 section 5). Node's own way
 * gives up each after 250 ms, which is why it is not used here.
 */
export function createDial(rules: DialRules): Dial {
  const { url, connectTimeoutMs } = rules;
  const host = hostOf(url);
  const known = rules.addresses.length > 0 ? rules.addresses : isIP(host) === 0 ? undefined : [host];
  const open = createOpener(rules, host);
  const shares = createShares(rules.connectionsPerAddress ?? Number.POSITIVE_INFINITY);

  return (done) => {
    /** Each socket that is being opened, with the function that gives its place at the address back. */
    const attempts = new Map<Socket, () => void>();
    const failures: Error[] = [];
    let waiting: readonly string[] = [];
    let headStartMs = longestHeadStartMs;
    let headStart: NodeJS.Timeout | undefined;
    let isOver = false;
    let passedOver = false;
    // After a stall of the event loop timers run before sockets are looked at, on which an answer may have come long ago.
    const deadline = setTimeout(afterALook, connectTimeoutMs, () =>
      end(new ConnectTimeout(url.host, connectTimeoutMs, failures), null),
    );
    if (known === undefined) lookup(host, { all: true, order: 'verbatim' }, onResolved);
    else process.nextTick(begin, known);

    function onResolved(error: Error | null, found: readonly { readonly address: string }[]): void {
      if (error !== null) end(error, null);
      else begin(found.map(({ address }) => address));
    }

    function begin(addresses: readonly string[]): void {
      waiting = addresses;
      headStartMs = Math.min(longestHeadStartMs, connectTimeoutMs / Math.max(1, addresses.length));
      tryNext();
    }

    function tryNext(): void {
      clearTimeout(headStart);
      const at = waiting.findIndex(shares.hasRoom);
      const address = waiting[at];
      if (at !== 0 && waiting.length > 0) passedOver = true;
      waiting = address === undefined ? [] : waiting.slice(at + 1);
      if (isOver) return;
      if (address === undefined) {
        if (attempts.size === 0) end(oneOf(failures), null);
        return;
      }
      const giveBack = shares.take(address);
      const attempt = open(
        address,
        () => end(null, attempt),
        (error) => {
          // Its place was given back when another one won, or the time was over.
          if (isOver) return;
          giveBack();
          attempts.delete(attempt);
          failures.push(error);
          tryNext();
        },
      );
      attempts.set(attempt, giveBack);
      if (waiting.length > 0) headStart = setTimeout(tryNext, headStartMs);
    }

    function end(error: Error | null, winner: Socket | null): void {
      if (isOver) return;
      isOver = true;
      clearTimeout(deadline);
      clearTimeout(headStart);
      for (const [attempt, giveBack] of attempts) {
        if (attempt === winner) attempt.once('close', giveBack);
        else {
          giveBack();
          attempt.destroy();
        }
      }
      done(winner === null && passedOver ? new AddressesFull() : error, winner);
    }
  };
}

/** What was wrong; undefined where a connection could be opened. It is closed again. */
export function dialOnce(rules: DialRules): Promise<Error | undefined> {
  return new Promise((resolve) => {
    createDial(rules)((error, socket) => {
      socket?.on('error', () => {}).destroy();
      resolve(error ?? undefined);
    });
  });
}

/** Some addresses have as many connections as they may, and none of the others can be reached. */
export class AddressesFull extends Error {
  override readonly name = 'AddressesFull';
}

function createShares(most: number) {
  const open = new BriefMap<string, number>();
  const add = (address: string, change: number): void => {
    const now = (open.get(address) ?? 0) + change;
    if (now === 0) open.delete(address);
    else open.set(address, now);
  };
  return {
    hasRoom: (address: string): boolean => (open.get(address) ?? 0) < most,
    /** Returns what gives it back. */
    take(address: string): () => void {
      add(address, 1);
      return () => add(address, -1);
    },
  };
}

/** RFC 8305 section 8 recommends it. With many addresses it is less, so that each has its turn in time. */
const longestHeadStartMs = 250;

/** The name or address in a URL, without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return withoutBrackets(url.hostname);
}

export function portOf(url: URL): number {
  return Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
}

/** What stands before every path; without a slash at its end, so empty where the URL has no path. */
export function prefixOf(url: URL): string {
  return url.pathname.replace(/\/+$/, '');
}

/** Bytes that Node reads of an answer before somebody takes them: less than one read of a socket brings. */
const readAheadBytes = 16 * 1024;

/** Opens a connection to one address, with TLS where the URL has it. One of the two functions is called, once. */
function createOpener({ url, caPem }: DialRules, host: string) {
  const secure = url.protocol === 'https:';
  const tcp = { port: portOf(url), noDelay: true, keepAlive: true, highWaterMark: readAheadBytes };
  const tls = {
    ...tcp,
    // An address is no server name (RFC 6066 section 3); the certificate is then checked against the address.
    servername: isIP(host) === 0 ? host : '',
    ...(secure ? { secureContext: trustedAuthorities(caPem) } : {}),
    ALPNProtocols: ['http/1.1'],
  };
  let session: Buffer | undefined;

  return (address: string, onOpen: () => void, onFailed: (error: Error) => void): Socket => {
    const socket = secure
      ? nodeTls().connect({ ...tls, host: address, ...(session === undefined ? {} : { session }) })
      : connectTcp({ ...tcp, host: address });
    if (secure) {
      socket.on('session', (latest: Buffer) => {
        session = latest;
      });
    }
    const fail = (error: Error): void => {
      session = undefined;
      socket.off('close', closed);
      onFailed(error);
    };
    const closed = (): void => fail(new Error(`${address} closed the connection while it was being opened`));
    socket.once('error', fail);
    socket.once('close', closed);
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      socket.off('close', closed);
      socket.off('error', fail);
      onOpen();
    });
    return socket;
  };
}

/** One error for several addresses that failed: its message has the reason of each, its code is that of the first. */
function oneOf(failures: readonly Error[]): Error {
  const [first, ...others] = failures;
  if (first === undefined) return new Error('the name has no address');
  if (others.length === 0) return first;
  const message = failures.map((failure) => failure.message).join('; ');
  return Object.assign(new AggregateError(failures, message), 'code' in first ? { code: first.code } : {});
}

class ConnectTimeout extends Error {
  override readonly name = 'ConnectTimeout';
  readonly code = 'ETIMEDOUT';
  constructor(host: string, afterMs: number, before: readonly Error[]) {
    const others = before.map(({ message }) => `; ${message}`).join('');
    super(`no connection to ${host} within ${afterMs} ms${others}`);
  }
}
