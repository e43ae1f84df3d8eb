import { shareOf } from '../../addresses/share.ts';
import { createBufferedBytes } from '../../claims/buffered-bytes.ts';
import type { Held } from '../../delivery/delivery.ts';
import { maxReviewBytes } from '../../server/review-server.ts';

/**
 * Counts the bytes of all reviews that are held at one time: there is room for four of the largest, of which one address takes
 * two, since an API server is one and its reviews come side by side. Returns what opens the account of a review.
 */
export function createHeldReviews(): (address: string) => Held {
  const buffered = createBufferedBytes(() => 4 * maxReviewBytes);
  return (address) => buffered.open({ share: shareOf(address), isListed: true });
}
