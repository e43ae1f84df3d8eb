import type { Delivery } from '../delivery/delivery.ts';
import { reject } from '../delivery/rejections.ts';
import type { Envelope } from '../schemes/envelope.ts';
import type { Received } from './body.ts';
import type { Gate } from './gate.ts';
import type { LiveRoute } from './live-route.ts';

/** As much of the body is known as its scheme reads before the signature holds. */
class EnvelopedDelivery {
  declare protected readonly proof: 'enveloped';
  readonly delivery: Delivery;
  readonly route: LiveRoute;
  readonly envelope: Envelope;
  constructor(received: Received, envelope: Envelope) {
    this.delivery = received.delivery;
    this.route = received.route;
    this.envelope = envelope;
  }
}
export type Enveloped = EnvelopedDelivery;

/**
 * Finds the signed parts in the raw bytes. Where only parts are signed, a malformed body is refused in every mode; one
 * that is signed whole is not looked into yet.
 */
export function createEnvelopeGate(): Gate<Received, Enveloped> {
  return (received) => {
    const scan = received.route.open(received.body);
    return scan.kind === 'envelope'
      ? new EnvelopedDelivery(received, scan.envelope)
      : reject('malformed_body', `${scan.problem} at byte ${scan.offset}`);
  };
}
