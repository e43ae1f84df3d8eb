import { reject } from '../delivery/rejections.ts';
import type { Gate } from './gate.ts';
import type { Routed } from './path.ts';

/** Refuses every method but POST (405 with Allow, RFC 9110 section 15.5.6). */
export function createMethodGate(): Gate<Routed, Routed> {
  return (routed) =>
    routed.delivery.head.method === 'POST'
      ? routed
      : reject('method_not_allowed', `method ${routed.delivery.head.method}`, { Allow: 'POST' });
}
