import { loadConfig } from '../config/load-config.ts';
import { formatProblem } from '../config/problem.ts';
import { namedScheme } from '../schemes/named-scheme.ts';
import { defaultProfile } from '../schemes/profiles.ts';
import type { Scheme } from '../schemes/scheme.ts';

/** The options by which `sign` and `send` are told whose sender they play. */
export interface SchemeOptions {
  readonly scheme?: string;
  readonly publicUrl?: string;
  readonly config?: string;
  readonly route?: string;
}

/** The scheme of a profile, or of a route of a configuration. Throws a sentence where there is none. */
export function chosenScheme(
  options: SchemeOptions,
  env: Readonly<Record<string, string | undefined>>,
): Scheme {
  if (options.config !== undefined || options.route !== undefined) return schemeOfRoute(options, env);
  const named = namedScheme(options.scheme ?? defaultProfile.name, options.publicUrl);
  if (named.kind === 'scheme') return named.scheme;
  throw new Error(named.sentence);
}

function schemeOfRoute(
  { config, route, scheme }: SchemeOptions,
  env: Readonly<Record<string, string | undefined>>,
): Scheme {
  const read = loadConfig({ file: config, env, flags: {} });
  if (read.kind === 'problems') throw new Error(read.problems.map(formatProblem).join('\n'));
  const { routes } = read.config;
  // A route that is named decides: `scheme` may be no more than the command's default.
  const found = routes.find((one) =>
    route === undefined ? scheme === undefined || one.scheme.name === scheme : one.name === route,
  );
  if (found !== undefined) return found.scheme;
  throw new Error(`no such route; expected one of ${routes.map(({ name }) => name).join(', ')}`);
}
