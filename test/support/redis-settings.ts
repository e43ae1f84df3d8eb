import type { RedisSettings } from '../../src/delivery/redis-settings.ts';

/** Settings of a store, with the defaults of hookgate.yaml but for a shorter timeout. */
export function redisSettings(settings: Partial<RedisSettings>): RedisSettings {
  return {
    url: 'redis://127.0.0.1:6379',
    sentinels: [],
    master: '',
    userFile: '',
    passwordFile: '',
    sentinelPasswordFile: '',
    caFile: '',
    keyPrefix: 'hookgate:',
    timeoutMs: 1000,
    minReplicas: 0,
    ...settings,
  };
}
