import type { Delivery } from '../delivery/delivery.ts';
import { type RejectionCode, reject } from '../delivery/rejections.ts';
import type { Envelope } from '../schemes/envelope.ts';
import type { Identity } from '../schemes/identify.ts';
import type { Verification } from '../schemes/verify.ts';
import type { Enveloped } from './envelope.ts';
import type { Gate } from './gate.ts';
import type { LiveRoute } from './live-route.ts';
import { noteWouldReject } from './would-reject.ts';

/** The signature holds: what it covers is as somebody wrote it who knows a key of the route. */
class VerifiedDelivery {
  declare protected readonly proof: 'verified';
  readonly delivery: Delivery;
  readonly route: LiveRoute;
  readonly envelope: Envelope;
  readonly keyName: string;
  /** Which event it is, and what makes another one the same. */
  readonly identity: Identity;
  constructor(enveloped: Enveloped, keyName: string, identity: Identity) {
    this.delivery = enveloped.delivery;
    this.route = enveloped.route;
    this.envelope = enveloped.envelope;
    this.keyName = keyName;
    this.identity = identity;
  }
}
export type Verified = VerifiedDelivery;

/** `observe` mode let it through without a valid signature: forwarded as such, never claimed or remembered. */
class UnverifiedDelivery {
  declare protected readonly proof: 'unverified';
  readonly delivery: Delivery;
  readonly route: LiveRoute;
  readonly envelope: Envelope;
  constructor(enveloped: Enveloped) {
    this.delivery = enveloped.delivery;
    this.route = enveloped.route;
    this.envelope = enveloped.envelope;
  }
}
export type Unverified = UnverifiedDelivery;

/** Called where a signature holds under no key of the route; in `observe` mode too, where the event goes on. */
export type OnMismatch = (delivery: Delivery, body: Buffer) => void;

/** Checks the signature of a delivery as the scheme of its route says. `arrivedAt`: wall-clock milliseconds. */
export function createChecksumGate(
  arrivedAt: (delivery: Delivery) => number,
  onMismatch: OnMismatch = () => undefined,
): Gate<Enveloped, Verified | Unverified> {
  return (enveloped) => {
    const { delivery, route, envelope } = enveloped;
    const verdict = route.verify(delivery.head.rawHeaders, envelope, arrivedAt(delivery));
    if (verdict.kind === 'match') {
      const { facts } = delivery;
      facts.event = verdict.identity.event;
      facts.eventIsSigned = verdict.identity.eventIsSigned;
      facts.keyName = verdict.keyName;
      facts.encoding = verdict.wayName;
      return new VerifiedDelivery(enveloped, verdict.keyName, verdict.identity);
    }
    if (verdict.kind === 'mismatch') onMismatch(delivery, envelope.body);
    const refusal = reject(codes[verdict.kind], verdict.detail);
    if (verdict.kind === 'malformed' || route.checksum.mode === 'enforce') return refusal;
    noteWouldReject(delivery, refusal);
    return new UnverifiedDelivery(enveloped);
  };
}

const codes: Readonly<Record<Exclude<Verification['kind'], 'match'>, RejectionCode>> = {
  missing: 'checksum_missing',
  mismatch: 'checksum_mismatch',
  stale: 'timestamp_out_of_tolerance',
  malformed: 'malformed_body',
};
