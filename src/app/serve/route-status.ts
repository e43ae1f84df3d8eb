import { lastMatchOf } from '../../pipeline/journal.ts';
import { formatDuration } from '../../values/units.ts';
import type { LoadedRoute } from '../load/load-routes.ts';

/** What `/status` says of one route. No key, no address. */
export function routeStatus(
  { route, keys, allowlistEntries }: LoadedRoute,
  lastMatches: ReadonlyMap<string, number>,
): object {
  const { scheme, allowlist, checksum } = route;
  return {
    name: route.name,
    path: route.path,
    scheme: scheme.name,
    /** What the signature covers of the body. */
    covers: scheme.covers,
    eventIsSigned: scheme.event?.isSigned ?? true,
    allowlistMode: allowlist.mode,
    checksumMode: checksum.mode,
    /** Whether it lets something through that a gate would refuse. */
    onlyWatches: checksum.mode === 'observe' || allowlist.mode === 'observe',
    keys: keys.map(({ name }) => {
      const match = lastMatches.get(lastMatchOf(route.name, name));
      return { name, lastMatch: match === undefined ? null : new Date(match).toISOString() };
    }),
    allowlistEntries,
    retention: formatDuration(route.retentionMs),
    triesAgainFor: scheme.triesAgainForMs === 0 ? 'none' : formatDuration(scheme.triesAgainForMs),
    repeatable: Object.fromEntries(
      Object.entries(route.repeatable).map(([event, ms]) => [event, formatDuration(ms)]),
    ),
    upstream: route.upstream.url.origin,
    signsForwarded: route.upstream.signing !== undefined,
  };
}
