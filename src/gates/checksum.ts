import type { Route } from '../config/config.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { reject } from '../delivery/rejections.ts';
import type { Envelope } from '../envelope/scan.ts';
import type { Verifier } from '../envelope/verify.ts';
import { noteWouldReject } from './allowlist.ts';
import type { Enveloped } from './envelope.ts';
import type { Gate } from './gate.ts';

/** The checksum holds: event and data are as somebody who knows the business ID wrote them. */
class VerifiedDelivery {
  declare protected readonly proof: 'verified';
  readonly delivery: Delivery;
  readonly route: Route;
  readonly envelope: Envelope;
  readonly keyName: string;
  constructor(enveloped: Enveloped, keyName: string) {
    this.delivery = enveloped.delivery;
    this.route = enveloped.route;
    this.envelope = enveloped.envelope;
    this.keyName = keyName;
  }
}
export type Verified = VerifiedDelivery;

/** `observe` mode let it through without a valid checksum: forwarded as such, never claimed or remembered. */
class UnverifiedDelivery {
  declare protected readonly proof: 'unverified';
  readonly delivery: Delivery;
  readonly route: Route;
  readonly envelope: Envelope;
  constructor(enveloped: Enveloped) {
    this.delivery = enveloped.delivery;
    this.route = enveloped.route;
    this.envelope = enveloped.envelope;
  }
}
export type Unverified = UnverifiedDelivery;

/** Checks the HMAC-SHA256 of the event under the live keys (JUICYWAY.md, "Checksum"). */
export function createChecksumGate(rules: {
  mode: 'enforce' | 'observe';
  verify: Verifier;
}): Gate<Enveloped, Verified | Unverified> {
  return (enveloped) => {
    const { envelope } = enveloped;
    const match = rules.verify(envelope);
    if (match.kind === 'match') {
      const { facts } = enveloped.delivery;
      facts.event = envelope.event;
      facts.keyName = match.keyName;
      facts.encoding = match.encoding;
      return new VerifiedDelivery(enveloped, match.keyName);
    }
    const refusal =
      match.kind === 'missing'
        ? reject('checksum_missing', 'the body has no checksum')
        : reject('checksum_mismatch', match.detail);
    if (rules.mode === 'enforce') return refusal;
    noteWouldReject(enveloped.delivery, refusal);
    return new UnverifiedDelivery(enveloped);
  };
}
