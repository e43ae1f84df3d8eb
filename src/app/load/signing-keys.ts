import { type Problem, problemAt } from '../../config/problem.ts';
import { decode, readKeyBytes } from '../../schemes/live-key.ts';
import type { LoadedRoute } from './load-routes.ts';

/** A key that signs for the gate on one route, and verifies a sender on one that may be the same. */
export interface SigningConflict {
  /** Names of the two routes. */
  readonly routes: readonly [signing: string, verifying: string];
  readonly problem: Problem;
}

/**
 * Keys that sign what is forwarded and are also the key of a sender: that sender could sign in the gate's place. Compares
 * the bytes of the keys, however their files write them, over all routes that will be in force together.
 */
export function signingConflicts(routes: readonly LoadedRoute[]): SigningConflict[] {
  const verifying = new Map<string, { readonly route: string; readonly key: string }>();
  for (const { route, secrets } of routes) {
    for (const { name, secret } of secrets) {
      for (const bytes of readings(secret, route.scheme)) {
        verifying.set(bytes.toString('hex'), { route: route.name, key: name });
      }
    }
  }
  return routes.flatMap(({ route, signingKeys = [] }) =>
    signingKeys.flatMap((key): SigningConflict[] => {
      const twin = verifying.get(key.toString('hex'));
      if (twin === undefined) return [];
      const source = route.upstream.signing?.keysDirectory ?? '';
      const found = `found a key that also verifies a sender: ${twin.key} of route ${twin.route}`;
      const expected = 'expected one of its own, since the sender could sign for the gate';
      return [{ routes: [route.name, twin.route], problem: problemAt({ source }, '', found, expected) }];
    }),
  );
}

/** The bytes of a key as its scheme reads it, and as anybody who knows its text could. */
function readings(secret: Buffer, scheme: LoadedRoute['route']['scheme']): Buffer[] {
  const text = secret.toString('latin1');
  const bare = text.replace(/^wh(?:sec|pk|sk)_/, '');
  const read = readKeyBytes(scheme, secret);
  return [
    secret,
    ...('bytes' in read ? [read.bytes] : []),
    ...[text, bare].flatMap((one) => [decode(one, 'base64') ?? [], decode(one, 'hex') ?? []].flat()),
  ];
}
