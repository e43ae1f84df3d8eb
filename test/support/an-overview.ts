import type { Outcome } from '../../src/delivery/answer.ts';
import { makeOverview, type Overview, type RouteInForce } from '../../src/overview/overview.ts';
import { createRecord, type DeliveryRecord, type Seen } from '../../src/overview/record.ts';

/** A moment from which the clocks of these tests are counted. */
export const startMs = Date.UTC(2026, 0, 10, 12);
export const hourMs = 3_600_000;

export const juicywayRoute: RouteInForce = {
  name: 'juicyway',
  path: '/webhooks/juicyway',
  scheme: 'juicyway',
  sender: 'Juicyway',
  triesAgainForMs: 48 * hourMs,
  signsBody: true,
  allowlist: { mode: 'enforce', entries: 2 },
  checksum: { mode: 'enforce' },
};

export function aDelivery(outcome: Outcome, more: Partial<Seen> = {}): Seen {
  return {
    atMs: startMs,
    requestId: 'request-1',
    route: 'juicyway',
    outcome,
    reason: undefined,
    detail: undefined,
    address: '203.0.113.7',
    event: 'payment.session.succeeded',
    key: 'primary',
    encoding: 'sorted',
    upstreamStatus: 200,
    durationMs: 12.5,
    gateMs: 1.25,
    upstreamMs: 10,
    wouldReject: [],
    ...more,
  };
}

export interface Scene {
  readonly record: DeliveryRecord;
  clockMs: number;
  routes: RouteInForce[];
  /** What tells the schemes and keys of all routes from others. */
  signing: string;
  undelivered: Record<string, { count: number; seconds: number }>;
  /** The checks of readiness that fail. */
  failing: readonly string[];
  /** Names of keys, or names and contents. */
  keep(keys?: readonly string[] | ReadonlyMap<string, string>): void;
  overview(): Overview;
}

/** A record under a clock that the test sets, and the overview of it. */
export function aScene(
  routes: RouteInForce[] = [juicywayRoute],
  keys: readonly string[] = ['primary'],
): Scene {
  const scene: Scene = {
    record: createRecord({ wallClock: () => scene.clockMs }),
    clockMs: startMs,
    routes,
    signing: 'as it was',
    undelivered: {},
    failing: [],
    keep(names = keys) {
      scene.record.keep(
        scene.routes.map(({ name, allowlist, checksum }) => ({
          name,
          keys: names instanceof Map ? names : new Map([...names].map((key) => [String(key), 'as it was'])),
          checks: `${allowlist.mode} ${checksum.mode}`,
          signing: scene.signing,
        })),
      );
    },
    overview: () =>
      makeOverview({
        record: scene.record,
        routes: scene.routes,
        undelivered: {
          count: (route) => scene.undelivered[route]?.count ?? 0,
          oldestSeconds: (route) => scene.undelivered[route]?.seconds ?? 0,
        },
        store: { up: true, detail: 'the file /var/lib/hookgate/events.db is open' },
        ready: scene.failing.length === 0,
        failing: scene.failing,
        instance: { version: '0.1.0', host: 'hookgate-1', startedAtMs: startMs, draining: false },
        reloads: { lastSuccess: new Date(startMs).toISOString(), lastFailure: undefined },
        warnings: [],
        nowMs: scene.clockMs,
      }),
  };
  scene.keep();
  return scene;
}
