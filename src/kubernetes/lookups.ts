import type { Api } from './api.ts';
import type { LimitRange, ResourceQuota } from './namespace-limits.ts';

/** What admission asks of the cluster; each question is answered at once or not at all. */
export interface Lookups {
  /** False only where the API server says that there is none; a question that it refuses keeps no pod out. */
  configMapMayExist(namespace: string, name: string): Promise<boolean>;
  /** As the API server lists them; none where it does not. */
  services(namespace: string): Promise<readonly object[]>;
  /** False only where the ServiceAccount is known to have no pull secrets. */
  serviceAccountMayPull(namespace: string, name: string): Promise<boolean>;
  /** Empty where they may not be read: then the API server's own sentences have to do. */
  limitRanges(namespace: string): Promise<readonly LimitRange[]>;
  resourceQuotas(namespace: string): Promise<readonly ResourceQuota[]>;
  /** Such as v1.36.3; undefined while the API server does not say. */
  version(): Promise<string | undefined>;
}

export function createLookups(api: Api): Lookups {
  const get = async (path: string) => {
    try {
      return await api.call('GET', path);
    } catch {
      // Admission must not fail because a courtesy does.
      return undefined;
    }
  };
  const list = async <Item>(namespace: string, what: string): Promise<readonly Item[]> => {
    const answer = await get(`/api/v1/namespaces/${encodeURIComponent(namespace)}/${what}`);
    const { items } = (answer?.body ?? {}) as { items?: unknown };
    return answer?.status === 200 && Array.isArray(items) ? (items as Item[]) : [];
  };
  return {
    async serviceAccountMayPull(namespace, name) {
      const answer = await get(
        `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(name)}`,
      );
      const { imagePullSecrets = [] } = (answer?.body ?? {}) as { imagePullSecrets?: readonly unknown[] };
      return answer?.status !== 200 || imagePullSecrets.length > 0;
    },
    limitRanges: (namespace) => list(namespace, 'limitranges'),
    resourceQuotas: (namespace) => list(namespace, 'resourcequotas'),
    async configMapMayExist(namespace, name) {
      const answer = await get(
        `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps/${encodeURIComponent(name)}`,
      );
      return answer?.status !== 404;
    },
    services: (namespace) => list(namespace, 'services'),
    async version() {
      const { gitVersion } = ((await get('/version'))?.body ?? {}) as { gitVersion?: unknown };
      return typeof gitVersion === 'string' ? gitVersion : undefined;
    },
  };
}
