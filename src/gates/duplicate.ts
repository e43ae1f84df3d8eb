import type { Claim, Claims, ClaimVerdict } from '../claims/claims.ts';
import type { Route } from '../config/config.ts';
import { Answer, type Settlement } from '../delivery/answer.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { reject } from '../delivery/rejections.ts';
import { duplicateKey } from '../envelope/duplicate-key.ts';
import type { Envelope } from '../envelope/scan.ts';
import { noteWouldReject } from './allowlist.ts';
import type { Unverified, Verified } from './checksum.ts';
import type { Ending, Gate } from './gate.ts';

/** Nobody else delivers this event now, and it was not delivered before. */
class ClaimedDelivery {
  declare protected readonly proof: 'claimed';
  readonly delivery: Delivery;
  readonly route: Route;
  readonly envelope: Envelope;
  readonly keyName: string;
  readonly duplicateKey: string;
  readonly claim: Claim;
  constructor(verified: Verified, key: string, claim: Claim) {
    this.delivery = verified.delivery;
    this.route = verified.route;
    this.envelope = verified.envelope;
    this.keyName = verified.keyName;
    this.duplicateKey = key;
    this.claim = claim;
  }
}
export type Claimed = ClaimedDelivery;

/** Lets each verified event through once; repeats get the answer of the first. */
export function createDuplicateGate(claims: Claims): Gate<Verified | Unverified, Claimed | Unverified> {
  return (stage) => ('keyName' in stage ? claimOnce(claims, stage) : stage);
}

function claimOnce(claims: Claims, verified: Verified): Promise<Claimed | Ending> {
  const key = duplicateKey(verified.route.name, verified.envelope);
  verified.delivery.facts.duplicateKey = key;
  return claims.claim(key).then((verdict) => {
    if (verdict.kind !== 'claimed') return answerFor(verdict);
    if (verdict.claim.withoutStore) {
      noteWouldReject(
        verified.delivery,
        reject('store_unavailable', 'forwarded without the duplicate store'),
      );
    }
    return new ClaimedDelivery(verified, key, verdict.claim);
  });
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
      return reject('overloaded', 'as many deliveries are being forwarded as limits.inFlight allows');
    case 'store_unavailable':
      return reject('store_unavailable', verdict.detail);
  }
}

/** The outcome of the attempt that this repeat waited for; a delivered event is a duplicate to the repeat. */
function asRepeat(first: Settlement): Settlement {
  if (!(first instanceof Answer) || first.outcome !== 'forwarded') return first;
  return new Answer('duplicate', first.status, [...first.headers, 'Hookgate-Duplicate', 'true'], first.body);
}
