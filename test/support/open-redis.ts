import { onTestFinished } from 'vitest';
import type { DuplicateStore } from '../../src/delivery/duplicate-store.ts';
import type { RedisSettings } from '../../src/delivery/redis-settings.ts';
import { openRedisStore } from '../../src/stores/redis/open-redis-store.ts';
import { redisSettings } from './redis-settings.ts';

/** Opens a store and closes it with the test; `troubles` fills as the store meets them. */
export async function openRedis(
  settings: Partial<RedisSettings>,
): Promise<{ store: DuplicateStore; troubles: string[] }> {
  const troubles: string[] = [];
  const store = await openRedisStore({
    settings: redisSettings(settings),
    now: () => performance.now(),
    onUp: () => {},
    onDown: (trouble) => troubles.push(trouble),
  });
  onTestFinished(() => store.close());
  return { store, troubles };
}
