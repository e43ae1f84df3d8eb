/**
 * The way of a delivery, to be read from top to bottom: cheap checks first, nothing from the body trusted or stored
 * before the checksum holds, nothing forwarded that is not claimed.
 */
import type { AddressSet } from '../addresses/address-set.ts';
import type { BufferedBytes } from '../claims/buffered-bytes.ts';
import type { Claims } from '../claims/claims.ts';
import type { Occurrences } from '../claims/occurrences.ts';
import type { Slots } from '../claims/slots.ts';
import type { Config } from '../config/config.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { createAllowlistGate } from '../gates/allowlist.ts';
import { createBodyGate } from '../gates/body.ts';
import { createChecksumGate, type OnMismatch, type Unverified, type Verified } from '../gates/checksum.ts';
import { createClientAddressGate } from '../gates/client-address.ts';
import { createDuplicateGate } from '../gates/duplicate.ts';
import { createEnvelopeGate } from '../gates/envelope.ts';
import { createEventsGate } from '../gates/events.ts';
import { createForwardGate } from '../gates/forward.ts';
import type { Gate } from '../gates/gate.ts';
import { createHeadersGate } from '../gates/headers.ts';
import { createMethodGate } from '../gates/method.ts';
import { createPassedFramingCheck } from '../gates/passed-framing.ts';
import { createPathGate, type JudgePath } from '../gates/path.ts';
import { createUnsignedFieldsGate } from '../gates/unsigned-fields.ts';

/** What the gates need to judge a delivery, compiled once for each configuration. */
export interface JudgingParts {
  readonly config: Config;
  readonly judgePath: JudgePath;
  readonly trustedProxies: AddressSet;
  readonly buffered: BufferedBytes;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** Told of each event whose signature holds under no key, so that somebody can look for the reason. */
  readonly onMismatch?: OnMismatch;
}

/** What they need beside it to claim and to forward what they have judged. */
export interface GateParts extends JudgingParts {
  readonly claims: Claims;
  readonly occurrences: Occurrences;
  readonly slots: Slots;
  readonly isDraining: () => boolean;
}

/** The whole way: judged, then claimed, then forwarded. */
export function orderGates(parts: GateParts): Gates {
  const { slots, isDraining, now } = parts;
  return endedBy(
    orderJudgingGates(parts),
    createDuplicateGate({ claims: parts.claims, occurrences: parts.occurrences, now }),
    createForwardGate({ slots, isDraining, now }),
  );
}

/** The gates that remember nothing and reach nobody: `explain` leads a captured body through the same ones. */
export function orderJudgingGates(parts: JudgingParts): Judging<Verified | Unverified> {
  const { config, now } = parts;
  const { limits } = config;
  const headerLimits = { maxCount: limits.headers, maxBytes: limits.headerBytes };
  return inOrder([
    createPathGate({ judgePath: parts.judgePath, judgePassed: createPassedFramingCheck(headerLimits) }),
    createMethodGate(),
    createHeadersGate(headerLimits),
    createClientAddressGate({ from: config.clientAddress.from, trustedProxies: parts.trustedProxies }),
    createAllowlistGate(),
    createBodyGate({
      maxBytes: limits.bodyBytes,
      timeoutMs: limits.bodyTimeMs,
      buffered: parts.buffered,
      now,
    }),
    createEnvelopeGate(),
    createChecksumGate((delivery) => parts.wallClock() - (now() - delivery.arrivedAtMs), parts.onMismatch),
    createUnsignedFieldsGate(),
    createEventsGate(),
  ]);
}

/** The whole way: each gate takes what the one before it returns, and the last ends the delivery. Only `endedBy` makes it. */
export type Gates = readonly Gate<unknown, unknown>[];

/** A way that is not at its end: its last gate returns a `Last`, which the next one has to take. Only `inOrder` makes it. */
export interface Judging<Last> extends ReadonlyArray<Gate<unknown, unknown>> {
  /** For the compiler alone; it is never set. */
  readonly last?: Last;
}

/** Does not compile where a gate does not take what the gate before it returns. */
function inOrder<B, C, D, E, F, G, H, I, J, K>(
  gates: [
    Gate<Delivery, B>,
    Gate<B, C>,
    Gate<C, D>,
    Gate<D, E>,
    Gate<E, F>,
    Gate<F, G>,
    Gate<G, H>,
    Gate<H, I>,
    Gate<I, J>,
    Gate<J, K>,
  ],
): Judging<K> {
  return gates as unknown as Judging<K>;
}

function endedBy<Last, Held>(judging: Judging<Last>, hold: Gate<Last, Held>, end: Gate<Held, never>): Gates {
  return [...judging, hold, end] as unknown as Gates;
}
