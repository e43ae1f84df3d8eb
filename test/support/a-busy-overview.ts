import type { Overview, RouteInForce } from '../../src/overview/overview.ts';
import { aDelivery, aScene, hourMs, juicywayRoute, startMs } from './an-overview.ts';

/** Three routes, one of which only watches, with every kind of outcome: what a busy operator looks at. */
export function aBusyOverview(): Overview {
  const routes: RouteInForce[] = [
    juicywayRoute,
    {
      ...juicywayRoute,
      name: 'stripe',
      path: '/webhooks/stripe',
      scheme: 'stripe',
      sender: 'Stripe',
      triesAgainForMs: 72 * hourMs,
      allowlist: { mode: 'observe', entries: 0 },
    },
    { ...juicywayRoute, name: 'house', path: '/webhooks/house', scheme: 'custom', sender: 'The sender' },
  ];
  const scene = aScene(routes, ['2026-live', '2025-live']);
  const minuteMs = 60_000;
  for (let minute = 0; minute < 180; minute++) {
    const atMs = startMs + minute * minuteMs;
    for (let count = 0; count < 3 + ((minute * 7) % 11); count++)
      scene.record.add(aDelivery('forwarded', { atMs, key: '2026-live', requestId: `r-${minute}-${count}` }));
    if (minute % 9 === 0)
      scene.record.add(aDelivery('duplicate', { atMs, key: '2026-live', requestId: `d-${minute}` }));
    if (minute % 13 === 0)
      scene.record.add(
        aDelivery('rejected', {
          atMs,
          requestId: `x-${minute}`,
          reason: 'address_not_allowed',
          detail: '198.51.100.9 is not on the allowlist',
          address: '198.51.100.9',
          event: undefined,
          key: undefined,
          encoding: undefined,
          upstreamStatus: undefined,
          upstreamMs: undefined,
        }),
      );
    if (minute % 20 === 0)
      scene.record.add(
        aDelivery('forwarded', {
          atMs,
          requestId: `s-${minute}`,
          route: 'stripe',
          event: 'invoice.paid',
          address: minute % 40 === 0 ? '198.51.100.20' : '2001:db8:1::20',
          key: '2026-live',
          wouldReject: ['allowlist_empty'],
        }),
      );
    if (minute > 170)
      scene.record.add(
        aDelivery('upstream_failed', {
          atMs,
          requestId: `u-${minute}`,
          route: 'house',
          key: '2026-live',
          reason: 'upstream_unreachable',
          detail: 'connect ECONNREFUSED 198.51.100.3:8080',
          upstreamStatus: undefined,
        }),
      );
  }
  scene.clockMs = startMs + 180 * minuteMs;
  const line = 'checksum: { encodings: [received, compact, sorted, sorted+spaced+ascii] }';
  scene.record.addNearMiss({
    route: 'juicyway',
    requestId: 'r-near-miss',
    key: '2026-live',
    match:
      "Nearest match: key 2026-live, data encoded as sorted, with a blank after each comma and colon (Python's json.dumps without separators).",
    remedy: `Add sorted+spaced+ascii to checksum.encodings to accept it. The line for the file: ${line}`,
    line,
  });
  scene.undelivered = { house: { count: 4, seconds: 2 * 3600 } };
  return scene.overview();
}
