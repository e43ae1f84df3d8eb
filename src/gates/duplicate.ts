import type { Claim, ClaimVerdict } from '../claims/claim.ts';
import type { Claims } from '../claims/claims.ts';
import type { Occurrences } from '../claims/occurrences.ts';
import { Answer, type Ending, type Settlement } from '../delivery/answer.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { noPlace } from '../delivery/overloaded.ts';
import { reject } from '../delivery/rejections.ts';
import { eventKey, keyUnderOtherWays } from '../schemes/duplicate-key.ts';
import type { Envelope } from '../schemes/envelope.ts';
import type { Identity } from '../schemes/identify.ts';
import type { Unverified, Verified } from './checksum.ts';
import type { Gate } from './gate.ts';
import type { LiveRoute } from './live-route.ts';
import { noteWouldReject } from './would-reject.ts';

/** Nobody else delivers this event now, and it was not delivered before. */
class ClaimedDelivery {
  declare protected readonly proof: 'claimed';
  readonly delivery: Delivery;
  readonly route: LiveRoute;
  readonly envelope: Envelope;
  readonly keyName: string;
  readonly identity: Identity;
  /** For Idempotency-Key: the duplicate key, or one of its own for each occurrence of a repeatable event. */
  readonly duplicateKey: string;
  readonly claim: Claim;
  constructor(verified: Verified, key: string, claim: Claim) {
    this.delivery = verified.delivery;
    this.route = verified.route;
    this.envelope = verified.envelope;
    this.keyName = verified.keyName;
    this.identity = verified.identity;
    this.duplicateKey = key;
    this.claim = claim;
  }
}
export type Claimed = ClaimedDelivery;

export interface DuplicateGateOptions {
  readonly claims: Claims;
  readonly occurrences: Occurrences;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** Lets each verified event through once; repeats get the answer of the first. */
export function createDuplicateGate(
  options: DuplicateGateOptions,
): Gate<Verified | Unverified, Claimed | Unverified> {
  return (stage) => ('keyName' in stage ? claimOnce(options, stage) : stage);
}

/** What the event is known by in the store and in the log. */
export function duplicateKeyOf({ route, envelope, identity }: Verified): string {
  return eventKey(route.name, route.scheme.covers, envelope.body, identity);
}

function claimOnce(
  { claims, occurrences, now }: DuplicateGateOptions,
  verified: Verified,
): Promise<Claimed | Ending> {
  const { route, identity } = verified;
  const key = duplicateKeyOf(verified);
  verified.delivery.facts.duplicateKey = key;
  const windowMs = identity.event === undefined ? undefined : repeatableFor(route, identity.event);
  const otherKey = keyUnderOtherWays(route.name, route.scheme, verified.envelope.body, identity);
  const manner = {
    otherKey: otherKey === key ? undefined : otherKey,
    retentionMs: windowMs ?? route.retentionMs,
    waitMs: route.upstream.timeoutMs,
    onAccepted: windowMs === undefined ? undefined : () => occurrences.end(key),
  };
  const askedAtMs = now();
  return claims.claim(key, manner).then((verdict) => {
    if (verdict.kind === 'joined' || verdict.kind === 'in_flight') {
      verified.delivery.facts.waitedMs = now() - askedAtMs;
    }
    if (verdict.kind !== 'claimed') return answerFor(verdict);
    if (verdict.claim.withoutStore) {
      noteWouldReject(
        verified.delivery,
        reject('store_unavailable', 'forwarded without the duplicate store'),
      );
    }
    // Also of a sender that tries nothing again, somebody may send what failed once more by hand.
    const occurrence =
      windowMs === undefined ? key : occurrences.keyOf(key, Math.max(windowMs, route.scheme.triesAgainForMs));
    return new ClaimedDelivery(verified, occurrence, verdict.claim);
  });
}

function repeatableFor({ repeatable }: LiveRoute, event: string): number | undefined {
  return Object.hasOwn(repeatable, event) ? repeatable[event] : undefined;
}

function answerFor(verdict: Exclude<ClaimVerdict, { kind: 'claimed' }>): Settlement {
  switch (verdict.kind) {
    case 'delivered':
      return new Answer('duplicate', 200, ['Hookgate-Duplicate', 'true']);
    case 'joined':
      return asRepeat(verdict.settlement);
    case 'in_flight':
      return reject('in_flight_elsewhere', verdict.detail);
    case 'overloaded':
      return noPlace();
    case 'store_unavailable':
      return reject('store_unavailable', verdict.detail);
  }
}

/** The outcome of the attempt that this repeat waited for; a delivered event is a duplicate to the repeat. */
function asRepeat(first: Settlement): Settlement {
  if (!(first instanceof Answer) || first.outcome !== 'forwarded') return first;
  return new Answer('duplicate', first.status, [...first.headers, 'Hookgate-Duplicate', 'true'], first.body);
}
