import type { Route } from '../config/config.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { reject } from '../delivery/rejections.ts';
import { type Envelope, scanEnvelope } from '../envelope/scan.ts';
import type { Received } from './body.ts';
import type { Gate } from './gate.ts';

/** The body is one well-formed event: where its `event`, `data` and `checksum` stand is known. */
class EnvelopedDelivery {
  declare protected readonly proof: 'enveloped';
  readonly delivery: Delivery;
  readonly route: Route;
  readonly envelope: Envelope;
  constructor(received: Received, envelope: Envelope) {
    this.delivery = received.delivery;
    this.route = received.route;
    this.envelope = envelope;
  }
}
export type Enveloped = EnvelopedDelivery;

/** Finds the signed parts in the raw bytes. A malformed body is refused in every mode. */
export function createEnvelopeGate(): Gate<Received, Enveloped> {
  return (received) => {
    const scan = scanEnvelope(received.body);
    return scan.kind === 'envelope'
      ? new EnvelopedDelivery(received, scan.envelope)
      : reject('malformed_body', `${scan.problem} at byte ${scan.offset}`);
  };
}
