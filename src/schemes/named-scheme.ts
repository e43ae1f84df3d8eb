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
    const names = profiles.map((known) => known.name).join(', ');
    return { kind: 'none', sentence: `${name} is no scheme; expected one of ${names}` };
  }
  const compiled = compileScheme(profile, { ...profile, publicUrl: publicUrl ?? profile.publicUrl });
  if (compiled.kind === 'scheme') return compiled;
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
