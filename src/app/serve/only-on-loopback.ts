import type { Config } from '../../config/config.ts';
import { dialOnce, portOf } from '../../forward/dial.ts';

/**
 * Whether every address of `upstream.addresses` refuses while something answers on loopback at the same port: an
 * application that nothing but its own pod was meant to reach, and that the gate cannot reach any more since it calls
 * the pod's own address. Opens one connection where the application is reached, and none without such addresses.
 */
export async function answersOnlyOnLoopback({ url, addresses }: Config['upstream']): Promise<boolean> {
  if (addresses.length === 0) return false;
  const plain = new URL(`http://localhost:${portOf(url)}`);
  const failureAt = (tried: readonly string[]) =>
    dialOnce({ url: plain, addresses: tried, connectTimeoutMs: probeMs });
  const failure = await failureAt(addresses);
  // One that does not answer at all may be slow, or behind a policy; that is another trouble.
  if (failure === undefined || !refused(failure)) return false;
  return (await failureAt(['127.0.0.1', '::1'])) === undefined;
}

/** Milliseconds; a probe of Kubernetes waits one second, and this is done twice at most. */
const probeMs = 400;

/** What `/readyz` says, and the way out. */
export function onlyOnLoopback({ url, addresses }: Config['upstream']): string {
  return (
    `the application answers on 127.0.0.1 port ${portOf(url)} and not on ${addresses.join(' or ')}: let it listen on ` +
    `every address, or annotate the pod with hookgate.io/upstream: loopback`
  );
}

function refused(failure: Error): boolean {
  const each = failure instanceof AggregateError ? failure.errors : [failure];
  return each.every((error) => (error as NodeJS.ErrnoException).code === 'ECONNREFUSED');
}
