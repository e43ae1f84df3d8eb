import { hostAndPort } from '../values/host-brackets.ts';
import type { ApiOptions } from './api.ts';

export type PlaceSettings = Pick<ApiOptions, 'server' | 'caFile' | 'tokenFile'>;

const mount = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Where the API server is: as settings say, else as it is told to every pod. Throws a sentence where nobody tells. */
export function apiPlace(
  { server = '', caFile = `${mount}/ca.crt`, tokenFile = `${mount}/token` }: Partial<PlaceSettings>,
  env: Readonly<Record<string, string | undefined>>,
): PlaceSettings {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  if (server !== '') return { server, caFile, tokenFile };
  if (host === undefined)
    throw new Error(
      'this is no pod (KUBERNETES_SERVICE_HOST is not set): name the API server in kubernetes.server',
    );
  return { server: `https://${hostAndPort(host, port)}`, caFile, tokenFile };
}
