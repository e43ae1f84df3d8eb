import type { Ending } from './answer.ts';
import type { Delivery } from './delivery.ts';

/**
 * Decides how a delivery ends. The result is no promise where no gate had to wait, so that a refusal for its head is
 * cheap. It throws or rejects only where something outside the gates fails; that is answered 500, and the event is safe
 * to send again.
 */
export type Judge = (delivery: Delivery) => Ending | Promise<Ending>;
