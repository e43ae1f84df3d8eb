import { parseAddress } from '../addresses/address.ts';
import type { AddressSet } from '../addresses/address-set.ts';
import type { WaysFrom } from '../schemes/remedy.ts';
import type { Scheme } from '../schemes/scheme.ts';
import type { FoundSigning } from './search.ts';
import { type SearchThread, startSearchThread } from './search-thread.ts';

/** Milliseconds from one search to the next, of all routes together. */
const everyMs = 1000;
const mostBytes = 65_536;
/** Keys of a route that are tried; nobody rotates through so many. */
const mostKeys = 32;
/** A thread that has failed is not started again before. */
const restMs = 60_000;
/** One that has not answered for so long is ended. */
const patienceMs = 60_000;

/** A thread that nobody has asked for so long is ended: its memory, some 11 MiB, is paid for in every pod. */
const idleMs = 600_000;

/** A route whose refused events are looked at. */
export interface SearchedRoute {
  readonly name: string;
  readonly scheme: Scheme;
  readonly waysFrom: WaysFrom;
  /** As their files have them. */
  readonly secrets: readonly { readonly name: string; readonly secret: Buffer }[];
  /** Whose events are looked at. Empty where the allowlist is off. */
  readonly admits: AddressSet;
}

/** A refused event whose signature held under no key. */
export interface Refused {
  readonly requestId: string;
  /** Of the sender, in canonical text. */
  readonly address: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export interface NearMiss extends FoundSigning {
  readonly route: string;
  readonly requestId: string;
}

export interface NearMissesOptions {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly onFound: (nearMiss: NearMiss) => void;
  /** Once for each search: what became of it. */
  readonly onSearched: (result: SearchResult) => void;
  /** With a sentence; the gate goes on without. */
  readonly onTrouble: (sentence: string) => void;
  readonly startThread?: typeof startSearchThread;
}

export type SearchResult = 'found' | 'nothing' | 'failed';

export interface NearMisses {
  /** Looks at it by and by, if its turn has come; copies nothing where it has not. */
  consider(refused: Refused, route: SearchedRoute): void;
  /** What is looked at now is not told: a reload has changed what it was refused under. */
  disregard(): void;
  /** Ends the thread. */
  close(): Promise<void>;
}

/**
 * Searches one refused body a second at most, whatever comes, so that who sends bad ones by the thousand costs no more
 * than that. The thread is started by the first of them, and goes once none came for ten minutes.
 */
export function createNearMisses(options: NearMissesOptions): NearMisses {
  const { now, onFound, onSearched, onTrouble, startThread = startSearchThread } = options;
  let thread: SearchThread | undefined;
  let asked: { readonly route: string; readonly requestId: string } | undefined;
  let isDisregarded = false;
  let askedMs = 0;
  let nextMs = Number.NEGATIVE_INFINITY;
  let closed = false;
  let idle: NodeJS.Timeout | undefined;

  return {
    consider({ requestId, address, rawHeaders, body }, route) {
      const nowMs = now();
      if (nowMs < nextMs || closed) return;
      if (asked !== undefined) {
        if (nowMs - askedMs > patienceMs) void thread?.end();
        return;
      }
      if (body.length > mostBytes || !isListed(address, route)) return;
      nextMs = nowMs + everyMs;
      askedMs = nowMs;
      asked = { route: route.name, requestId };
      isDisregarded = false;
      try {
        thread ??= start();
        thread.ask({
          scheme: route.scheme,
          waysFrom: route.waysFrom,
          // Copies of their own: the memory around a Buffer of Node's pool would go along.
          keys: route.secrets
            .slice(0, mostKeys)
            .map(({ name, secret }) => ({ name, secret: Uint8Array.from(secret) })),
          rawHeaders,
          body: Uint8Array.from(body),
        });
      } catch (error) {
        fail(error instanceof Error ? error.name : 'it could not be started');
      }
    },
    disregard() {
      isDisregarded = true;
    },
    async close() {
      closed = true;
      clearTimeout(idle);
      await thread?.end();
    },
  };

  function start(): SearchThread {
    const own = startThread(
      (answer) => {
        const of = asked;
        if (of === undefined || closed) return;
        if (answer.kind === 'failed') return fail(answer.error);
        asked = undefined;
        clearTimeout(idle);
        idle = setTimeout(letGo, idleMs).unref();
        onSearched(answer.kind);
        if (answer.kind === 'found' && !isDisregarded) onFound({ ...answer.found, ...of });
      },
      (why) => {
        // One that was let go is no loss.
        if (thread !== own || closed) return;
        thread = undefined;
        fail(why ?? 'its thread ended');
      },
    );
    return own;
  }

  function letGo(): void {
    if (asked !== undefined) return;
    void thread?.end();
    thread = undefined;
  }

  /** `why` is no message of an error, which might quote a body. */
  function fail(why: string): void {
    asked = undefined;
    nextMs = now() + restMs;
    onSearched('failed');
    onTrouble(`The search for why events are refused failed (${why}); it rests for ${restMs / 1000} s.`);
  }
}

function isListed(text: string | undefined, { admits }: SearchedRoute): boolean {
  const address = text === undefined ? undefined : parseAddress(text);
  return address !== undefined && admits.has(address);
}
