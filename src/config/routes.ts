import { defaultProfile } from '../schemes/profiles.ts';
import type { Route, UpstreamConfig } from './config.ts';
import { schemeOfRoute, waysFrom } from './route-scheme.ts';
import type { Settings } from './schema.ts';

/**
 * Gives routes what holds for all of them and is no plain inheritance: the keys of the default scheme, and what belongs
 * to the application of `upstream.url` where a route names no other. Settings may be broken still.
 */
export function fillRoutes(settings: Settings): void {
  for (const route of Array.isArray(settings.routes) ? settings.routes : []) {
    const held = route as { -readonly [Key in keyof typeof route]: (typeof route)[Key] } | undefined;
    if (held?.upstream === undefined) continue;
    const profile = typeof held.scheme === 'object' ? held.scheme.profile : held.scheme;
    if (profile === defaultProfile.name) held.keysDirectory ??= settings.checksum?.keysDirectory;
    if (held.upstream.url !== undefined) continue;
    held.upstream.caFile ??= settings.upstream?.caFile;
    held.upstream.addresses ??= settings.upstream?.addresses;
  }
}

/** The routes with all that holds for each. The settings are valid. */
export function toRoutes(settings: Settings, allowed: readonly string[] | undefined): Route[] {
  return settings.routes.map((route, index) => {
    const compiled = schemeOfRoute(settings, index);
    if (compiled.kind === 'findings') throw new Error(`the scheme of route ${route.name} was not checked`);
    const { allowlist, checksum, upstream, retention, ...asWritten } = route;
    return {
      ...asWritten,
      scheme: compiled.scheme,
      keysDirectory: route.keysDirectory ?? settings.checksum.keysDirectory,
      allowlist: {
        ...allowlist,
        addresses: allowlist.file === settings.allowlist.file ? allowed : undefined,
      },
      checksum: { mode: checksum.mode, waysFrom: waysFrom(settings, index) },
      upstream: toUpstream({
        ...upstream,
        url: upstream.url ?? settings.upstream.url,
        caFile: upstream.caFile ?? '',
        addresses: upstream.addresses ?? [],
      }),
      retentionMs: retention,
    };
  });
}

export function toUpstream(upstream: Settings['upstream']): UpstreamConfig {
  const { keysDirectory, replace } = upstream.signing;
  return {
    url: upstream.url,
    caFile: upstream.caFile === '' ? undefined : upstream.caFile,
    connectTimeoutMs: upstream.connectTimeout,
    timeoutMs: upstream.timeout,
    addresses: upstream.addresses,
    connections: upstream.connections,
    keepAliveMs: upstream.keepAlive,
    signing: keysDirectory === '' ? undefined : { keysDirectory, replace },
  };
}
