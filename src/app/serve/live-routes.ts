import { createForwardSigner } from '../../forward/forward-signature.ts';
import { compilePatterns } from '../../gates/events.ts';
import type { LiveRoute } from '../../gates/live-route.ts';
import { createEnvelopeScan, wholeBody } from '../../schemes/envelope.ts';
import { createVerify } from '../../schemes/verify.ts';
import type { LoadedRoute } from '../load/load-routes.ts';
import type { ApplicationsDraft } from './applications.ts';

/** Compiles each route once, so that the gates only compare. */
export function liveRoutes(
  { routes }: { readonly routes: readonly LoadedRoute[] },
  findApplication: ApplicationsDraft['find'],
  wallClock: () => number,
): readonly LiveRoute[] {
  return routes.map(({ route, keys, admits, upstreamCa, signingKeys }) => {
    const { form } = route.scheme;
    return {
      ...route,
      admits,
      open:
        form === undefined
          ? (body: Buffer) => ({ kind: 'envelope', envelope: wholeBody(body) })
          : createEnvelopeScan(form),
      verify: createVerify(route.scheme, keys),
      wants: compilePatterns(route.events),
      application: findApplication(route.upstream, upstreamCa),
      signForwarded: signingKeys === undefined ? undefined : createForwardSigner(signingKeys, wallClock),
    };
  });
}
