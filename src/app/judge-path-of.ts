import type { Config } from '../config/config.ts';
import { prefixOf } from '../forward/dial.ts';
import type { LiveRoute } from '../gates/live-route.ts';
import { createJudgePath, type JudgePath } from '../gates/path.ts';

/** Which path is which route: the same for `serve` and for `explain`. */
export function judgePathOf(config: Config, routes: readonly LiveRoute[]): JudgePath {
  return createJudgePath({
    ...config,
    routes,
    upstreamPrefix: prefixOf(config.upstream.url),
    // Several names may lead to one application, and nobody can tell which: so the path of every route is guarded.
    seenPaths: routes.map(({ upstream, path }) => prefixOf(upstream.url) + path),
  });
}
