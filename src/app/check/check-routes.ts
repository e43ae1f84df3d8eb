import type { Config, Route } from '../../config/config.ts';
import type { ConfigSources } from '../../config/load-config.ts';
import { formatProblem } from '../../config/problem.ts';
import { formatDuration } from '../../values/units.ts';
import { loadEverything } from '../load/load.ts';
import { sharedKeyWarnings } from '../load/load-routes.ts';
import type { Check } from './check-line.ts';
import { checkUpstream } from './check-upstream.ts';

/** What each route lets through, and what its sender does that an operator should know. */
export function checkRouteModes({ routes }: Config): Check[] {
  const isOne = routes.length === 1;
  return routes.flatMap((route) => {
    const name = (key: string): string => (isOne ? key : `${key} (route ${route.name})`);
    const { allowlist, checksum } = route;
    const observed: Check[] = [];
    const warn = (key: string, detail: string): void => {
      observed.push({ name: name(key), result: 'warning', detail });
    };
    if (allowlist.mode === 'off') warn('allowlist.mode', 'off: every address is let in');
    if (allowlist.mode === 'observe') warn('allowlist.mode', 'observe: unlisted addresses are let in');
    if (checksum.mode === 'observe') warn('checksum.mode', 'observe: forged events are let in');
    return [...observed, ...checkSender(route)];
  });
}

function checkSender({ name, scheme, upstream }: Route): Check[] {
  const found: Check[] = [];
  const warn = (detail: string): void => {
    found.push({ name: `route ${name}`, result: 'warning', detail });
  };
  if (scheme.deadlineMs !== undefined && upstream.timeoutMs > scheme.deadlineMs) {
    warn(
      `upstream.timeout is ${formatDuration(upstream.timeoutMs)}, but the sender of scheme ${scheme.name} waits only ` +
        `${formatDuration(scheme.deadlineMs)}: it counts a slow answer as a failure`,
    );
  }
  if (scheme.triesAgainForMs === 0) {
    warn(
      `the sender of scheme ${scheme.name} sends nothing again: every refusal is a loss until it is sent by hand`,
    );
  }
  return found;
}

/** The keys of each route as its scheme reads them, and applications of their own. */
export async function checkRouteFiles(sources: ConfigSources, config: Config): Promise<Check[]> {
  const own = config.routes.filter(
    (route, index) =>
      route.upstream.url.href !== config.upstream.url.href &&
      config.routes.findIndex((other) => other.upstream.url.href === route.upstream.url.href) === index,
  );
  const applications = await Promise.all(
    own.map(async (route) =>
      (await checkUpstream({ ...config, upstream: route.upstream })).map((check) => ({
        ...check,
        name: `${check.name} (route ${route.name})`,
      })),
    ),
  );
  const result = await loadEverything(sources);
  const keys: Check[] =
    result.kind === 'ok'
      ? sharedKeyWarnings(result.loaded.routes).map((detail) => ({ name: 'keys', result: 'warning', detail }))
      : result.problems.map((problem) => ({
          name: 'routes',
          result: 'failed',
          detail: formatProblem(problem),
        }));
  return [...keys, ...applications.flat()];
}
