import type { Ending } from './answer.ts';
import type { Delivery } from './delivery.ts';

/**
 * How a delivery ends. Plainly where no gate had to wait, so that a refusal for its head costs no promise. Rejects or
 * throws only by a fault outside the gates, which is answered 500: the event is safe to send again.
 */
export type Judge = (delivery: Delivery) => Ending | Promise<Ending>;
