import { type GatePlaces, prepareGate, startGateProcess } from './gate-process.ts';
import { killProcess } from './kill-process.ts';

export interface SharedGates {
  readonly places: readonly GatePlaces[];
  readonly urls: readonly string[];
  /** Ends a gate and gives its exit status and signal. */
  end(index: number, signal: NodeJS.Signals): ReturnType<typeof killProcess>;
  /** Starts an ended gate again, in its place; resolves once it is ready. */
  startAgain(index: number): Promise<void>;
}

/** A lease that ends while a test waits, and the deadlines that fit into it. */
export const shortLease = {
  HOOKGATE_DUPLICATES_LEASE: '4s',
  HOOKGATE_UPSTREAM_TIMEOUT: '2s',
  HOOKGATE_UPSTREAM_CONNECT_TIMEOUT: '500ms',
};

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
  const start = (place: GatePlaces) => startGateProcess(place, { env: settings });
  const processes = await Promise.all(places.map(start));
  return {
    places,
    urls: places.map(({ port }) => `http://127.0.0.1:${port}/webhooks/juicyway`),
    end: (index, signal) => killProcess(processes[index] as (typeof processes)[number], signal),
    async startAgain(index) {
      processes[index] = await start(places[index] as GatePlaces);
    },
  };
}
