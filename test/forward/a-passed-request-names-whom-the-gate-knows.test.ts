import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import type { Delivery } from '../../src/delivery/delivery.ts';
import { passedHeaders } from '../../src/forward/passed-headers.ts';

/** X-Forwarded-For of a passed request from a trusted balancer whose PROXY protocol header said `proxied`. */
function forwardedFor(proxied: string | undefined): string[] {
  const request = { headers: { host: 'a' }, rawHeaders: ['Host', 'a'] } as unknown as IncomingMessage;
  const delivery = { peer: { address: '10.0.0.1', proxied }, head: { secure: false }, requestId: 'r' };
  const fields = passedHeaders(request, delivery as Delivery, false);
  return fields.filter((_, index) => fields[index - 1] === 'X-Forwarded-For');
}

test('behind the PROXY protocol it is the client that its header names, and without one the balancer', () => {
  expect(forwardedFor('198.51.100.7')).toEqual(['198.51.100.7']);
  expect(forwardedFor('::ffff:198.51.100.7')).toEqual(['198.51.100.7']);
  // A health check of the balancer's own.
  expect(forwardedFor('local')).toEqual(['10.0.0.1']);
  expect(forwardedFor(undefined)).toEqual(['10.0.0.1']);
});
