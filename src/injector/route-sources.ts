import { sourceAnnotations } from './opt-in.ts';
import type { SidecarTemplate } from './sidecar-template.ts';

/** Where the chart mounts what a route has of its own. */
const ownMount = /^\/etc\/hookgate\/routes\/([a-z0-9][a-z0-9_-]*)\/(keys|allowlist)$/;

/**
 * Annotation → volume, for every ConfigMap and Secret of the sidecar that a pod may name: those of all routes, and of
 * each route that has keys or a list of its own (`hookgate.io/keys.ROUTE`).
 */
export function sourcesOf({ container, volumes }: SidecarTemplate): Readonly<Record<string, string>> {
  const own = (container.volumeMounts ?? []).flatMap(({ name, mountPath }) => {
    const [, route, what] = ownMount.exec(mountPath) ?? [];
    return route === undefined ? [] : [[`hookgate.io/${what}.${route}`, name]];
  });
  const common = Object.entries(sourceAnnotations).filter(([, volume]) =>
    volumes.some(({ name }) => name === volume),
  );
  return Object.fromEntries([...common, ...own]);
}
