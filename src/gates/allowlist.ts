import type { Delivery } from '../delivery/delivery.ts';
import { type Rejection, reject } from '../delivery/rejections.ts';
import type { Located } from './client-address.ts';
import type { Gate } from './gate.ts';
import type { HeaderFields } from './headers.ts';
import type { LiveRoute } from './live-route.ts';
import { noteWouldReject } from './would-reject.ts';

/** The sender may be listened to: from here on its body is read. */
class AdmittedDelivery {
  declare protected readonly proof: 'admitted';
  readonly delivery: Delivery;
  readonly route: LiveRoute;
  readonly fields: HeaderFields;
  /** Its address is on the allowlist, or nobody looked. */
  readonly isListed: boolean;
  constructor(located: Located, isListed: boolean) {
    this.delivery = located.delivery;
    this.route = located.route;
    this.fields = located.fields;
    this.isListed = isListed;
  }
}
export type Admitted = AdmittedDelivery;

/** Admits senders whose address is on the route's allowlist; an empty one admits nobody. */
export function createAllowlistGate(): Gate<Located, Admitted> {
  return (located) => {
    const { mode } = located.route.allowlist;
    if (mode === 'off') return new AdmittedDelivery(located, true);
    const refusal = judge(located);
    if (refusal === undefined) return new AdmittedDelivery(located, true);
    if (mode === 'enforce') return refusal;
    noteWouldReject(located.delivery, refusal);
    return new AdmittedDelivery(located, false);
  };
}

function judge(located: Located): Rejection | undefined {
  const { admits } = located.route;
  if (admits.size === 0) return reject('allowlist_empty', 'the allowlist has no entries');
  if (admits.has(located.address)) return undefined;
  return reject(
    'address_not_allowed',
    `${located.delivery.facts.address} is not on the allowlist${hintFor(located)}`,
  );
}

/**
 * The commonest mistake of an installation: a proxy stands in front and nobody told the gate, so that every event seems
 * to come from it. Told to the operator only; the header proves nothing.
 */
function hintFor({ delivery, fields }: Located): string {
  const { hops } = delivery.facts;
  if (fields.forwardedFor.length === 0 || hops !== undefined) return '';
  return '; it sent X-Forwarded-For: if it is a proxy of yours, clientAddress.trustedProxies must list it, with clientAddress.from: forwarded';
}
