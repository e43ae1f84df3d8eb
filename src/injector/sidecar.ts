import type { OptIn } from './opt-in.ts';
import type { Container, ContainerPort, Volume } from './pod.ts';
import { adminPortName, type SidecarTemplate, trafficPortName } from './sidecar-template.ts';

const addressesVariable = 'HOOKGATE_UPSTREAM_ADDRESSES';
/**
 * The pod's own addresses in place of 127.0.0.1, which the URL names: an application that trusts loopback (a status
 * page, `Require local`) would answer every caller of the Service as if it were itself.
 */
const podAddresses = { fieldRef: { fieldPath: 'status.podIPs' } };

/** The sidecar's container for one pod. */
export function sidecarFor(
  template: SidecarTemplate,
  { upstream, resources, sources }: OptIn,
  pod: {
    /** Name and number as the Service knows them; the number only where the sidecar takes it over. */
    readonly port: { readonly name: string | undefined; readonly number: number | undefined };
    readonly applicationPort: number;
    readonly isNative: boolean;
  },
): Container {
  const { port, applicationPort, isNative } = pod;
  const keysSecret = sources['hookgate-keys'];
  const ofRoutes = routeSecrets(template, sources);
  const own: Record<string, string> = {
    HOOKGATE_UPSTREAM_URL: `http://127.0.0.1:${applicationPort}`,
    ...(port.number !== undefined && { HOOKGATE_LISTEN_PORT: String(port.number) }),
    ...(keysSecret !== undefined && { POD_KEYS_SECRET: keysSecret }),
    ...(ofRoutes !== '' && { POD_ROUTE_KEYS_SECRETS: ofRoutes }),
    // A native sidecar is told to stop once the application has ended: there is nothing left to wait for.
    ...(isNative && { HOOKGATE_DRAIN_DELAY: '0s' }),
  };
  const takesOver = (one: ContainerPort): ContainerPort =>
    one.name !== trafficPortName
      ? one
      : { ...one, name: port.name ?? trafficPortName, containerPort: port.number ?? one.containerPort };
  const { container } = template;
  const names = [...Object.keys(own), addressesVariable];
  return {
    ...container,
    ...(isNative && { restartPolicy: 'Always' }),
    env: [
      ...(container.env ?? []).filter(({ name }) => !names.includes(name)),
      ...Object.entries(own).map(([name, value]) => ({ name, value })),
      ...(upstream === 'pod' ? [{ name: addressesVariable, valueFrom: podAddresses }] : []),
    ],
    resources: {
      ...container.resources,
      requests: { ...container.resources?.requests, ...resources.requests },
      limits: { ...container.resources?.limits, ...resources.limits },
    },
    ports: (container.ports ?? [])
      .filter(({ name }) => name === trafficPortName || name === adminPortName)
      .map(takesOver),
  };
}

/** ROUTE=SECRET with commas between, for the sidecar's sentences; of every route that has keys of its own. */
function routeSecrets({ container, volumes }: SidecarTemplate, sources: OptIn['sources']): string {
  return (container.volumeMounts ?? [])
    .flatMap(({ name, mountPath }) => {
      const [, route] = /^\/etc\/hookgate\/routes\/([^/]+)\/keys$/.exec(mountPath) ?? [];
      if (route === undefined) return [];
      const { secret } = (volumes.find((volume) => volume.name === name) ?? {}) as {
        secret?: { secretName?: string };
      };
      return [`${route}=${sources[name] ?? secret?.secretName ?? ''}`];
    })
    .join(',');
}

/** The sidecar's volumes, with the ConfigMaps and the Secret that this pod names. */
export function volumesFor(template: SidecarTemplate, { sources }: OptIn): readonly Volume[] {
  return template.volumes.map((volume) => {
    const name = sources[volume.name];
    if (name === undefined) return volume;
    const { configMap, secret } = volume as { configMap?: object; secret?: object };
    return {
      ...volume,
      ...(configMap && { configMap: { ...configMap, name } }),
      ...(secret && { secret: { ...secret, secretName: name } }),
    } as Volume;
  });
}
