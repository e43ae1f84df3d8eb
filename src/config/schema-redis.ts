import { Array as List, Object as Section } from 'typebox';
import { closed, count, duration, path, restart, text } from './schema-leaves.ts';
import type { FileUse } from './shape-schema.ts';

const redisOnly = { only: { 'duplicates.store': ['redis'] } } as const;
const perConnection = { read: 'by each connection', ...redisOnly } as const;
const password: FileUse = { holds: 'password', secret: true, ...perConnection };

/** `duplicates.redis`: how the shared store is reached. */
export const redis = Section(
  {
    url: restart(
      text<string | readonly string[]>(
        'redis-urls',
        'redis or rediss URL of Redis or Valkey, without a password; a list of them is a cluster.',
        'redis://valkey:6379',
      ),
    ),
    sentinels: restart(
      List(text<string>('host-port', 'host:port of a Sentinel.'), {
        description: 'Sentinels, each as host:port, that name the master.',
        default: [],
      }),
    ),
    master: restart(text<string>('plain', "The master's name at the sentinels.", '')),
    userFile: restart(path("File with the user's name; empty: the URL's, or the default user.", ''), {
      file: { holds: 'user name', secret: false, ...perConnection },
    }),
    passwordFile: restart(path('File with the password; empty: none.', ''), { file: password }),
    sentinelPasswordFile: restart(path('File with the password of the sentinels; empty: none.', ''), {
      file: password,
    }),
    caFile: restart(
      path('PEM bundle for rediss instead of the authorities of the system; empty: those.', ''),
      { file: { holds: 'authorities', secret: false, ...perConnection } },
    ),
    keyPrefix: restart(
      text<string>('plain', 'Before every key, so that others may use the same server.', 'hookgate:'),
    ),
    timeout: restart(duration('Longest wait for the store, for one operation.', '2s', '50ms', '1m')),
    minReplicas: restart(
      count('Replicas that must have a record before it counts.', {
        default: 0,
        minimum: 0,
        maximum: 16,
      }),
    ),
  },
  closed(
    'The store in Redis or Valkey. Its files are read again for every connection: no restart to rotate.',
  ),
);
