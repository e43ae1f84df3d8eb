import { loadConfig } from '../config/load-config.ts';
import { formatProblem } from '../config/problem.ts';
import { parseWay, type Way } from '../json/way.ts';
import { namedScheme } from '../schemes/named-scheme.ts';
import { defaultProfile } from '../schemes/profiles.ts';
import type { Scheme } from '../schemes/scheme.ts';
import type { SchemeOptions } from './scheme-options.ts';

/** Nothing names a sender but perhaps its profile, and that is the one whose body carries its signature. */
export function playsTheDefault({ scheme, route, config }: SchemeOptions): boolean {
  return (
    (scheme ?? defaultProfile.name) === defaultProfile.name && route === undefined && config === undefined
  );
}

/** How its sender writes what it signs: as told, the default scheme's sorted, any other's as its first way. */
export function chosenWay(options: SchemeOptions): Way | undefined {
  const name = options.encoding ?? (playsTheDefault(options) ? 'sorted' : undefined);
  return name === undefined ? undefined : parseWay(name);
}

/** The scheme of a profile, or of a route of a configuration. Throws a sentence where there is none, or an option has no effect. */
export function chosenScheme(
  options: SchemeOptions,
  env: Readonly<Record<string, string | undefined>>,
): Scheme {
  const scheme = schemeFor(options, env);
  if (options.encoding === undefined || scheme.ways.length > 0) return scheme;
  throw new Error(
    `--encoding: scheme ${scheme.name} signs what is sent as it is; leave the option out, or list ways in its message`,
  );
}

function schemeFor(options: SchemeOptions, env: Readonly<Record<string, string | undefined>>): Scheme {
  if (options.config !== undefined || options.route !== undefined) return schemeOfRoute(options, env);
  const named = namedScheme(options.scheme ?? defaultProfile.name, options.publicUrl);
  if (named.kind === 'scheme') return named.scheme;
  throw new Error(named.sentence);
}

function schemeOfRoute(
  { config, route, scheme = defaultProfile.name }: SchemeOptions,
  env: Readonly<Record<string, string | undefined>>,
): Scheme {
  const read = loadConfig({ file: config, env, flags: {} });
  if (read.kind === 'problems') throw new Error(read.problems.map(formatProblem).join('\n'));
  const { routes } = read.config;
  const found = routes.find((one) => (route === undefined ? one.scheme.name === scheme : one.name === route));
  if (found !== undefined) return found.scheme;
  throw new Error(
    route === undefined
      ? `no route of scheme ${scheme}; name one by --route: ${namesOf(routes)}`
      : noSuchRoute(route, routes),
  );
}

/** What `--route` should have been. */
export function noSuchRoute(route: string, routes: readonly { readonly name: string }[]): string {
  return `--route: no route ${route}; expected one of ${namesOf(routes)}`;
}

function namesOf(routes: readonly { readonly name: string }[]): string {
  return routes.map(({ name }) => name).join(', ');
}
