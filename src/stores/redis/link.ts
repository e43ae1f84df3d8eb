import { whatWentWrong } from '../../values/what-went-wrong.ts';
import { Unfit } from './fitness.ts';
import { ConnectionLost, type RedisConnection } from './redis-connection.ts';

/** A connection that is kept: whenever it ends, another is made, for as long as the link is open. */
export interface Link {
  /** The connection, or the first that comes before `untilMs` (monotonic). Rejects with `ConnectionLost`. */
  connection(untilMs: number): Promise<RedisConnection>;
  /** Undefined while connected to a server that takes writes; otherwise a sentence that says why not. */
  readonly trouble: string | undefined;
  /** Why nothing may be claimed although claims would be taken: what was delivered then could not be recorded. */
  readonly claimsForbidden: string | undefined;
  /** Set when the server itself is at fault, and only the operator can help. */
  readonly unfit: string | undefined;
  /** Resolves after the first attempt, however it went. */
  readonly tried: Promise<void>;
  close(): void;
}

/** What a server that answers was found to lack. */
export interface Shortcoming {
  readonly sentence: string;
  readonly forbidsClaims: boolean;
}

export interface LinkOptions {
  /** Makes a connection that may be used; throws a sentence otherwise. */
  readonly open: () => Promise<RedisConnection>;
  /** Asked once a second, so that a peer that vanished is noticed: gives what the server lacks. */
  readonly probe: (connection: RedisConnection) => Promise<Shortcoming | undefined>;
  readonly now: () => number;
  readonly onUp?: (connection: RedisConnection) => void;
  readonly onDown?: (trouble: string) => void;
}

const firstPauseMs = 50;
/** Short, since deliveries are refused meanwhile; a server that comes back has few clients of this kind. */
const longestPauseMs = 1000;
const probeMs = 1000;

export function createLink(options: LinkOptions): Link {
  const { open, probe, now, onUp, onDown } = options;
  const { promise: tried, resolve: tellTried } = Promise.withResolvers<void>();
  const waiting = new Set<(connection: RedisConnection | undefined) => void>();
  let live: RedisConnection | undefined;
  let trouble: string | undefined = 'not connected yet';
  let lack: Shortcoming | undefined;
  let unfit: string | undefined;
  let closed = false;
  let wake = (): void => {};
  void keep();

  return {
    connection(untilMs) {
      if (live !== undefined) return Promise.resolve(live);
      const leftMs = untilMs - now();
      if (closed || leftMs <= 0) return Promise.reject(new ConnectionLost(trouble));
      return new Promise((resolve, reject) => {
        const tell = (connection: RedisConnection | undefined): void => {
          clearTimeout(timer);
          waiting.delete(tell);
          if (connection === undefined) reject(new ConnectionLost(trouble));
          else resolve(connection);
        };
        const timer = setTimeout(() => tell(undefined), leftMs);
        waiting.add(tell);
      });
    },
    get trouble() {
      return trouble ?? lack?.sentence;
    },
    get claimsForbidden() {
      return lack?.forbidsClaims === true ? lack.sentence : undefined;
    },
    get unfit() {
      return unfit;
    },
    tried,
    close() {
      closed = true;
      trouble = 'the store is closed';
      live?.destroy(trouble);
      for (const tell of [...waiting]) tell(undefined);
      wake();
    },
  };

  async function keep(): Promise<void> {
    for (let failures = 0; !closed; failures++) {
      const ended = await useOne(() => {
        failures = 0;
      });
      if (closed) break;
      const changed = trouble !== ended;
      trouble = ended;
      if (changed) onDown?.(ended);
      await pause(failures);
    }
    tellTried();
  }

  /** One connection from its making to its end; gives why it ended, or why there was none. */
  async function useOne(onConnected: () => void): Promise<string> {
    let connection: RedisConnection | undefined;
    try {
      connection = await open();
      lack = await probe(connection);
    } catch (error) {
      // An answer that nobody expected leaves it open, and each further try would leave another.
      connection?.destroy('its first probe failed');
      unfit = error instanceof Unfit ? error.message : undefined;
      return whatWentWrong(error);
    } finally {
      tellTried();
    }
    if (closed) {
      connection.destroy('the store is closed');
      return 'the store is closed';
    }
    live = connection;
    trouble = undefined;
    unfit = undefined;
    onConnected();
    tellState(connection);
    for (const tell of [...waiting]) tell(connection);
    const timer = setInterval(() => void probeAgain(connection), probeMs);
    const why = await connection.ended;
    clearInterval(timer);
    live = undefined;
    lack = undefined;
    return why;
  }

  async function probeAgain(connection: RedisConnection): Promise<void> {
    try {
      const found = await probe(connection);
      if (live !== connection) return;
      const isKnown = found?.sentence === lack?.sentence;
      lack = found;
      if (!isKnown) tellState(connection);
    } catch {
      // The connection has ended, and whoever waits for that says why; or the next probe tells more than an error did.
    }
  }

  function tellState(connection: RedisConnection): void {
    if (lack === undefined) onUp?.(connection);
    else onDown?.(lack.sentence);
  }

  /** Doubles, and is drawn at random, so that many gates do not come back in one instant. */
  function pause(failures: number): Promise<void> {
    const mostMs = Math.min(firstPauseMs * 2 ** failures, longestPauseMs);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, mostMs * (0.5 + Math.random() / 2));
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
