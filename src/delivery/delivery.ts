/**
 * What is known of one request while it is judged. The room `delivery` holds the words that all others speak:
 * the delivery, its rejection or answer, and the interface of a duplicate store. It imports from no other room.
 */

/** The head of a request as it came over the wire. */
export interface RequestHead {
  readonly method: string;
  /** The request target, undecoded (RFC 9112 section 3.2). */
  readonly target: string;
  /** `1.0` or `1.1`. */
  readonly httpVersion: string;
  /** Names and values alternating, in order of arrival, duplicates kept, names in the sender's case. */
  readonly rawHeaders: readonly string[];
  /** True when the connection uses TLS. */
  readonly secure: boolean;
}

/** Whom the connection comes from. */
export interface Peer {
  /** Address of the TCP peer, IPv4 as such: that of a dual-stack socket without its mapping. */
  readonly address: string;
  /**
   * What a trusted peer's PROXY protocol header said: an address; `'local'` where it named none (v2 LOCAL,
   * v1 UNKNOWN); undefined where no such header was read.
   */
  readonly proxied: string | undefined;
}

/** How reading the body ended. */
export type BodyRead =
  | { readonly kind: 'complete'; readonly bytes: Buffer }
  | { readonly kind: 'too_large'; readonly readBytes: number }
  | { readonly kind: 'timeout'; readonly readBytes: number }
  /** The process holds as many bytes as it may. */
  | { readonly kind: 'no_room'; readonly readBytes: number }
  | { readonly kind: 'aborted'; readonly readBytes: number };

/** The bytes that one delivery holds in memory, out of those that the process may hold for all. */
export interface Held {
  /** Takes so many more, before they are read or made; false where there is no room, and then nothing is taken. */
  take(bytes: number): boolean;
  /** Gives all of them back. May be called again. */
  giveBack(): void;
}

/** Reads the body once, as far as `held` has room. A sender that waits for `100 Continue` gets it here, not before. Never rejects. */
export type ReadBody = (limits: BodyLimits) => Promise<BodyRead>;

export interface BodyLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** Undefined where nothing but `maxBytes` bounds it. */
  readonly held?: Held;
}

/**
 * What the log line and the metrics of a delivery say; gates write what they learn, the run loop reads it.
 * Nothing from the body is written here before the checksum holds.
 */
export interface Facts {
  /** Name of the route, `none` until the path gate has found one. */
  route: string;
  /** Resolved client address in canonical text. */
  address: string | undefined;
  /** How the address was found, nearest hop first; only where it is not simply the peer. */
  hops: readonly string[] | undefined;
  bodyBytes: number | undefined;
  /** The event's name, once the checksum held. */
  event: string | undefined;
  /** False where anybody could have written the name. */
  eventIsSigned: boolean;
  /** Name of the key under which the checksum held. */
  keyName: string | undefined;
  /** The way of writing under which the signature held; `received` where the scheme knows one only. */
  encoding: string | undefined;
  /** Duplicate key in hex, once the checksum held. */
  duplicateKey: string | undefined;
  /** For what reasons it would have been refused: let through by `observe` mode, or without the store. */
  wouldReject: { readonly code: string; readonly detail: string }[] | undefined;
  upstreamStatus: number | undefined;
  /** Milliseconds spent waiting for the sender's body. */
  bodyMs: number;
  /** Milliseconds spent waiting for what becomes of another attempt at the same event. */
  waitedMs: number;
  /** Milliseconds from handing the event to the upstream until its answer was complete or had failed. */
  upstreamMs: number | undefined;
  /** A sentence about an event that the application may have run although it was not accepted. */
  warning: string | undefined;
}

/** One request on its way through the gates. */
export interface Delivery {
  /** Sent as X-Request-Id to the application and to the sender. */
  readonly requestId: string;
  /** Monotonic milliseconds. */
  readonly arrivedAtMs: number;
  readonly head: RequestHead;
  readonly peer: Peer;
  readonly readBody: ReadBody;
  /** What it holds, once the body gate has opened that; whoever answers gives it back. */
  held?: Held;
  readonly facts: Facts;
}

/** Facts of a delivery of which nothing is known yet. */
export function noFacts(): Facts {
  return {
    route: 'none',
    address: undefined,
    hops: undefined,
    bodyBytes: undefined,
    event: undefined,
    eventIsSigned: true,
    keyName: undefined,
    encoding: undefined,
    duplicateKey: undefined,
    wouldReject: undefined,
    upstreamStatus: undefined,
    bodyMs: 0,
    waitedMs: 0,
    upstreamMs: undefined,
    warning: undefined,
  };
}
