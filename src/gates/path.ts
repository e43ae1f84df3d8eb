import { PassThrough } from '../delivery/answer.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { Rejection, reject } from '../delivery/rejections.ts';
import { createRouteLookAlikes } from '../paths/route-look-alikes.ts';
import { findAmbiguity } from '../paths/spelling.ts';
import type { Gate } from './gate.ts';
import type { LiveRoute } from './live-route.ts';

/** The request is for a webhook route. */
class RoutedDelivery {
  declare protected readonly proof: 'routed';
  readonly delivery: Delivery;
  readonly route: LiveRoute;
  constructor(delivery: Delivery, route: LiveRoute) {
    this.delivery = delivery;
    this.route = route;
  }
}
export type Routed = RoutedDelivery;

const passThrough = new PassThrough();

/** Says of a path whether it is a route, nothing that is served here, or for the passthrough. */
export type JudgePath<Found = LiveRoute> = (target: string) => Found | Rejection | PassThrough;

/**
 * Finds the route of each delivery. What is passed through reaches the same application, so it is part of the
 * wall: `judgePassed` looks at its framing before it goes on.
 */
export function createPathGate(rules: {
  judgePath: JudgePath;
  judgePassed: (delivery: Delivery) => Rejection | undefined;
}): Gate<Delivery, Routed> {
  return (delivery) => {
    const verdict = rules.judgePath(delivery.head.target);
    if (verdict instanceof Rejection) return verdict;
    if (verdict instanceof PassThrough) return rules.judgePassed(delivery) ?? verdict;
    delivery.facts.route = verdict.name;
    return new RoutedDelivery(delivery, verdict);
  };
}

/**
 * A route is found letter by letter; the query takes no part. Every other spelling that the application's router
 * could take for a route is refused, as it came and as the application sees it: behind the upstream's prefix.
 */
export function createJudgePath<Found extends { readonly path: string }>(rules: {
  routes: readonly Found[];
  otherPaths: 'deny' | 'passthrough';
  denyPaths?: readonly string[];
  /** The path prefix of the URL that other paths are passed through to. */
  upstreamPrefix?: string;
  /** Paths under which applications see the routes: each could be the one that other paths are passed through to. */
  seenPaths?: readonly string[];
}): JudgePath<Found> {
  const { upstreamPrefix = '', denyPaths = [], seenPaths = [] } = rules;
  const routes = new Map(rules.routes.map((route) => [route.path, route]));
  const behindPrefix = (path: string): string => upstreamPrefix + path;
  const paths = rules.routes.map(({ path }) => path);
  const looksLikeRoute = createRouteLookAlikes(paths);
  const seenAsRoute = createRouteLookAlikes(
    [...paths, ...paths.map(behindPrefix), ...seenPaths],
    upstreamPrefix,
  );
  // All paths are below "/", and a denied path is denied with what is below it.
  const isDenied = denyPaths.includes('/')
    ? () => true
    : createRouteLookAlikes([...denyPaths, ...denyPaths.map(behindPrefix)]);

  return (target) => {
    const queryStart = target.indexOf('?');
    const path = queryStart === -1 ? target : target.slice(0, queryStart);
    if (queryStart !== -1 && target.includes('#', queryStart)) return reject('ambiguous_path', 'a fragment');
    const route = routes.get(path);
    if (route !== undefined) return route;
    // RFC 9112 section 3.2: absolute-form, authority-form and asterisk-form name a path in other ways.
    if (!path.startsWith('/')) return reject('ambiguous_path', 'the target is not in origin-form');
    const ambiguity = findAmbiguity(path);
    if (ambiguity !== undefined) return reject('ambiguous_path', `the path has ${ambiguity}`);
    if (
      looksLikeRoute(path) ||
      ((upstreamPrefix !== '' || seenPaths.length > 0) && seenAsRoute(upstreamPrefix + path))
    )
      return reject('ambiguous_path', 'a router could take the path for a webhook route');
    if (isDenied(path) || (upstreamPrefix !== '' && isDenied(upstreamPrefix + path)))
      return reject('unknown_path', 'denyPaths names the path');
    return rules.otherPaths === 'passthrough'
      ? passThrough
      : reject('unknown_path', 'no route has this path');
  };
}
