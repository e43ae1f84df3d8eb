import { type CompiledScheme, compileScheme } from '../schemes/compile.ts';
import { defaultProfile, findProfile, profiles } from '../schemes/profiles.ts';
import type { WaysFrom } from '../schemes/remedy.ts';
import type { Scheme } from '../schemes/scheme.ts';
import type { Profile, SchemeSettings } from '../schemes/settings.ts';
import { parseWays } from '../schemes/template.ts';
import { nearestName } from '../values/nearest-name.ts';
import type { Finding } from './finding.ts';
import { quote } from './problem.ts';
import type { Settings } from './schema.ts';
import type { SchemeChoice } from './schema-scheme.ts';

export type RouteScheme =
  | { readonly kind: 'scheme'; readonly scheme: Scheme }
  | { readonly kind: 'findings'; readonly findings: readonly Finding[] };

/** Compiles what one route says of its sender. Settings may be broken still: what could not be read counts as unsaid. */
export function schemeOfRoute(settings: Settings, index: number): RouteScheme {
  const route = settings.routes[index] as Settings['routes'][number];
  const key = `routes[${index}].scheme`;
  const choice: SchemeChoice = route.scheme;
  const name: string | undefined = typeof choice === 'string' ? choice : choice.profile;
  // What is wrong with a name that could not be read is said where it stands.
  if (name === undefined) return { kind: 'findings', findings: [] };
  const profile = findProfile(name);
  if (profile === undefined) {
    const names = profiles.map((known) => known.name);
    const near = nearestName(name, names);
    const expected = near === undefined ? `expected one of ${names.join(', ')}` : `did you mean "${near}"?`;
    return { kind: 'findings', findings: [{ key, found: `found ${quote(name)}`, expected }] };
  }
  const own = typeof choice === 'string' ? {} : written(choice);
  const encodings = encodingsOf(settings, index, name);
  const ways = encodings === undefined ? undefined : parseWays(encodings.texts);
  if (ways !== undefined && 'expected' in ways) {
    // What is wrong with the list for all routes is said there, once.
    if (encodings?.key === 'checksum.encodings') return { kind: 'findings', findings: [] };
    return {
      kind: 'findings',
      findings: [{ key: encodings?.key ?? key, found: 'found these', expected: ways.expected }],
    };
  }
  const compiled: CompiledScheme = compileScheme(
    profile,
    { ...profile, ...own } as SchemeSettings,
    ways?.ways,
  );
  const timeless = findTimeless(choice, profile, key);
  if (compiled.kind === 'scheme')
    return timeless.length === 0 ? compiled : { kind: 'findings', findings: timeless };
  const problems = compiled.problems.map((problem) => ({
    ...problem,
    key: typeof choice === 'string' && problem.key !== 'publicUrl' ? key : `${key}.${problem.key}`,
  }));
  return { kind: 'findings', findings: [...timeless, ...problems] };
}

/** The ways that take the place of the scheme's own; none for most senders. */
function encodingsOf(
  { routes, checksum }: Settings,
  index: number,
  profile: string,
): { readonly key: string; readonly texts: readonly string[] } | undefined {
  const own = readable(routes[index]?.checksum?.encodings);
  if (own.length > 0) return { key: `routes[${index}].checksum.encodings`, texts: own };
  const choice = routes[index]?.scheme;
  // A message of the operator's own has its ways in itself.
  const isOwnMessage = typeof choice === 'object' && choice.message !== undefined;
  return profile === defaultProfile.name && !isOwnMessage
    ? { key: 'checksum.encodings', texts: readable(checksum?.encodings) }
    : undefined;
}

/** The texts of a list, without those that could not be read. */
function readable(texts: readonly (string | undefined)[] | undefined): readonly string[] {
  return (texts ?? []).filter((text) => typeof text === 'string');
}

/** Where the ways of a route's scheme stand. */
export function waysFrom(settings: Settings, index: number): WaysFrom {
  const { scheme } = settings.routes[index] as Settings['routes'][number];
  const from = encodingsOf(settings, index, typeof scheme === 'string' ? scheme : scheme.profile);
  if (from === undefined) return 'message';
  return from.key === 'checksum.encodings' ? 'checksum.encodings' : 'routes[].checksum.encodings';
}

/** A tolerance for a time that is nowhere would be no check at all, and nobody would know. */
function findTimeless(choice: SchemeChoice, profile: Profile, key: string): Finding[] {
  if (typeof choice === 'string') return [];
  const { from = profile.timestamp.from || undefined, unit, tolerance } = choice.timestamp ?? {};
  if (from !== undefined || (unit === undefined && tolerance === undefined)) return [];
  const expected =
    'expected where the signed time stands, since no other time is compared with the tolerance';
  return [{ key: `${key}.timestamp.from`, found: 'missing', expected }];
}

/** The keys that the operator has written; a time without `from` is the profile's with another tolerance. */
function written(choice: Exclude<SchemeChoice, string>): Partial<SchemeSettings> {
  const { profile: _, timestamp, ...rest } = choice;
  const own = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const profile = findProfile(choice.profile) ?? defaultProfile;
  // An equal secret covers no text, so that there is none to be written.
  const covered = own.algorithm === 'equals' ? { message: '' } : {};
  return {
    ...covered,
    ...own,
    timestamp: {
      from: timestamp?.from ?? profile.timestamp.from,
      unit: timestamp?.unit ?? profile.timestamp.unit,
      tolerance: timestamp?.tolerance ?? profile.timestamp.tolerance,
    },
  };
}
