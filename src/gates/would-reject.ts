import type { Delivery } from '../delivery/delivery.ts';
import type { Rejection } from '../delivery/rejections.ts';

/** Notes what goes on although it would be refused: in `observe` mode, or while the store is down (`whenStoreDown: forward`). */
export function noteWouldReject({ facts }: Delivery, { code, detail }: Rejection): void {
  facts.wouldReject ??= [];
  facts.wouldReject.push({ code, detail });
}
