import { nearestName } from '../values/nearest-name.ts';
import { compileScheme } from './compile.ts';
import { findProfile, profiles } from './profiles.ts';
import type { Scheme } from './scheme.ts';

export type NamedScheme =
  | { readonly kind: 'scheme'; readonly scheme: Scheme }
  /** A sentence for whoever gave the name. */
  | { readonly kind: 'none'; readonly sentence: string };

/** The scheme of a profile as it ships, for commands that have no configuration. */
export function namedScheme(name: string, publicUrl: string | undefined): NamedScheme {
  const profile = findProfile(name);
  if (profile === undefined) {
    return { kind: 'none', sentence: noSuchScheme(name) };
  }
  const compiled = compileScheme(profile, { ...profile, publicUrl: publicUrl ?? profile.publicUrl });
  if (compiled.kind === 'scheme') {
    if (publicUrl === undefined || compiled.scheme.message.some(({ kind }) => kind === 'url'))
      return compiled;
    return { kind: 'none', sentence: `--public-url: scheme ${name} signs no URL; leave the option out` };
  }
  const [problem] = compiled.problems;
  const option = problem?.key === 'publicUrl' ? ' (--public-url)' : '';
  return {
    kind: 'none',
    sentence:
      name === 'custom'
        ? 'custom has no signature of its own; --config F --route NAME takes the scheme of a route'
        : `scheme ${name}: ${problem?.key}: ${problem?.expected}${option}`,
  };
}

/** The sentence about a name that no profile has. */
export function noSuchScheme(name: string): string {
  const names = profiles.map((known) => known.name);
  const near = nearestName(name, names);
  return `${name} is no scheme; ${near === undefined ? `expected one of ${names.join(', ')}` : `did you mean "${near}"?`}`;
}
