import { digestOf } from '../schemes/duplicate-key.ts';
import type { Envelope } from '../schemes/envelope.ts';

/**
 * The key of an event of the default scheme, as it was in 0.1.0: over the route's name, the event and its sorted data.
 * The same for every way to write the members of `data`, for every key and encoding.
 */
export function duplicateKey(routeName: string, envelope: Envelope): string {
  return digestOf(routeName, [envelope.event ?? '', envelope.dataIn('sorted')]);
}
