import type { ChildProcess } from 'node:child_process';
import { type GatePlaces, prepareGate, startGateProcess } from './gate-process.ts';

export interface SharedGates {
  readonly places: readonly GatePlaces[];
  readonly processes: ChildProcess[];
  readonly urls: readonly string[];
}

/** Gate processes that remember in the same Redis. */
export async function startGatesOn(
  redisUrl: string,
  upstreamUrl: string,
  count: number,
  env: Readonly<Record<string, string>> = {},
): Promise<SharedGates> {
  const places = await Promise.all(Array.from({ length: count }, () => prepareGate(upstreamUrl)));
  const settings = {
    HOOKGATE_DUPLICATES_STORE: 'redis',
    HOOKGATE_DUPLICATES_REDIS_URL: redisUrl,
    HOOKGATE_DUPLICATES_REDIS_TIMEOUT: '1s',
    HOOKGATE_LOG_LEVEL: 'silent',
    ...env,
  };
  const processes = await Promise.all(places.map((place) => startGateProcess(place, { env: settings })));
  return { places, processes, urls: places.map(({ port }) => `http://127.0.0.1:${port}/webhooks/juicyway`) };
}
