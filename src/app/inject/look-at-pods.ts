import { injectLabel } from '../../injector/opt-in.ts';
import { readPod } from '../../injector/pod.ts';
import { type Lead, leadsTo, type Service } from '../../injector/service-ports.ts';
import { isInjected } from '../../injector/sidecar-template.ts';
import type { Api } from '../../kubernetes/api.ts';
import { listAll } from '../../kubernetes/list.ts';

/** An object of the cluster, as far as it is read here. */
export interface NamedObject {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly labels?: unknown;
    readonly deletionTimestamp?: string;
  };
}

/** What one look found. */
export interface FoundPods {
  /** Guarded pods with a port of a Service that leads past their gate. */
  readonly past: readonly (PodName & { readonly lead: Lead })[];
  /** Labelled pods without a sidecar. */
  readonly unguarded: readonly PodName[];
  /** Ports of Services that lead to at least one guarded pod, to its gate or past it, each once. */
  readonly leads: readonly { readonly namespace: string; readonly lead: Lead; readonly pods: number }[];
  /** Guarded pods. */
  readonly pods: number;
}

interface PodName {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/**
 * Labelled pods of these namespaces (of all, for none) and the Services that lead to them, where the injector selects the
 * namespace. Rejects with a sentence.
 */
export async function lookAtPods(
  api: Api,
  namespaces: readonly string[],
  selects: (namespace: string) => boolean,
): Promise<FoundPods> {
  const places = namespaces.length === 0 ? [''] : namespaces.map((name) => `/namespaces/${name}`);
  const [objects, services] = await Promise.all([
    listEach(api, places, 'pods', { labelSelector: `${injectLabel}=true` }),
    listEach(api, places, 'services'),
  ]);
  const running = objects.map(readRunning).filter((pod) => pod !== undefined);
  const pods = running.filter(({ namespace }) => selects(namespace));
  const guarded = pods.filter(({ pod }) => isInjected(pod.spec));
  const found = guarded.flatMap(({ pod, ...who }) => {
    const nearby = services.filter((one) => (one as Service).metadata?.namespace === who.namespace);
    return leadsTo(nearby as readonly Service[], pod).map((lead) => ({ ...who, lead }));
  });
  const leads = Map.groupBy(found, ({ namespace, lead }) => `${namespace}/${lead.service}:${lead.port}`);
  return {
    past: found.filter(({ lead }) => lead.isPast),
    unguarded: pods.filter(({ pod }) => !isInjected(pod.spec)),
    leads: [...leads.values()].flatMap((same) => (same[0] ? [{ ...same[0], pods: same.length }] : [])),
    pods: guarded.length,
  };
}

/** Undefined for a pod that ends, or has ended. */
function readRunning(object: object) {
  const { metadata, status } = object as NamedObject & { status?: { phase?: string } };
  const { name = '', namespace = '', uid = '', deletionTimestamp } = metadata ?? {};
  const pod = readPod(object);
  const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return pod === undefined || deletionTimestamp !== undefined || isOver
    ? undefined
    : { namespace, name, uid, pod };
}

async function listEach(
  api: Api,
  places: readonly string[],
  kind: string,
  query: Readonly<Record<string, string>> = {},
): Promise<readonly object[]> {
  const lists = await Promise.all(places.map((place) => listAll(api, `/api/v1${place}/${kind}`, query)));
  return lists.flat();
}
