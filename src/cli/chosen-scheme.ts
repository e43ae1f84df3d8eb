import { loadConfig } from '../config/load-config.ts';
import { formatProblem } from '../config/problem.ts';
import { compileScheme } from '../schemes/compile.ts';
import { defaultProfile, findProfile, profiles } from '../schemes/profiles.ts';
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
  const name = options.scheme ?? defaultProfile.name;
  const profile = findProfile(name);
  if (profile === undefined) {
    throw new Error(
      `${name} is no scheme; expected one of ${profiles.map((known) => known.name).join(', ')}`,
    );
  }
  const compiled = compileScheme(profile, { ...profile, publicUrl: options.publicUrl ?? profile.publicUrl });
  if (compiled.kind === 'scheme') return compiled.scheme;
  const [problem] = compiled.problems;
  throw new Error(
    name === 'custom'
      ? 'custom has no signature of its own; --config F --route NAME takes the scheme of a route'
      : `scheme ${name}: ${problem?.key}: ${problem?.expected}${problem?.key === 'publicUrl' ? ' (--public-url)' : ''}`,
  );
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
