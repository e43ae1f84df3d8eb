import { reject } from '../delivery/rejections.ts';
import type { Unverified, Verified } from './checksum.ts';
import type { Gate } from './gate.ts';

/**
 * Refuses bodies with top-level fields that the checksum does not cover, on routes that say `reject`: whoever
 * relays a genuine event could add them. The other settings are carried out when the body is forwarded.
 */
export function createUnsignedFieldsGate(): Gate<Verified | Unverified, Verified | Unverified> {
  return (stage) =>
    stage.route.unsignedFields === 'reject' && stage.envelope.unsigned.length > 0
      ? reject('unsigned_fields', `${stage.envelope.unsigned.length} fields that are not signed`)
      : stage;
}
