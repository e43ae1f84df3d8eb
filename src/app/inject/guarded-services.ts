import { findRivals, selectionOf } from '../../injector/rivals.ts';
import { leadSentence } from '../../injector/service-ports.ts';
import { createApi } from '../../kubernetes/api.ts';
import { apiPlace, type PlaceSettings } from '../../kubernetes/place.ts';
import { listCluster } from './inject-look.ts';
import { lookAtPods } from './look-at-pods.ts';

/** A port of a Service that leads to guarded pods. */
export interface GuardedService {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  /** Guarded pods behind it. */
  readonly pods: number;
  /** Why it leads past the gate, with the remedy; undefined where its targetPort leads to the gate. */
  readonly past: string | undefined;
}

export interface GuardedServices {
  readonly services: readonly GuardedService[];
  /** `NAMESPACE/POD` of labelled pods without a sidecar. */
  readonly unguarded: readonly string[];
  readonly rivals: readonly { readonly name: string; readonly namespaces: readonly string[] }[];
  readonly pods: number;
}

const apiTimeoutMs = 10_000;

/** Asks the API server of the pod that this runs in, or the one that is named. Rejects with a sentence. */
export async function findGuardedServices(
  namespaces: readonly string[],
  injector: string,
  env: Readonly<Record<string, string | undefined>>,
  place: Partial<PlaceSettings> = {},
): Promise<GuardedServices> {
  const api = await createApi({ ...apiPlace(place, env), timeoutMs: apiTimeoutMs });
  try {
    const cluster = injector === '' ? undefined : await listCluster(api);
    const selects = cluster ? selectionOf(injector, cluster.reaches, cluster.namespaces) : () => true;
    const { leads, unguarded, pods } = await lookAtPods(api, namespaces, selects);
    return {
      services: leads.map(({ namespace, lead, pods: behind }) => ({
        namespace,
        service: lead.service,
        port: lead.port,
        pods: behind,
        past: lead.isPast ? leadSentence(lead, namespace) : undefined,
      })),
      unguarded: unguarded.map(({ namespace, name }) => `${namespace}/${name}`),
      rivals: cluster ? findRivals(injector, cluster.reaches, cluster.namespaces) : [],
      pods,
    };
  } finally {
    await api.close();
  }
}
