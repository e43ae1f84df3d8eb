import { hash } from 'node:crypto';
import { join } from 'node:path';
import { type AddressSet, compileInSteps } from '../../addresses/address-set.ts';
import { parseRange, type Range } from '../../addresses/range.ts';
import type { Config, Route } from '../../config/config.ts';
import type { Key } from '../../config/keys.ts';
import { type Problem, problemAt } from '../../config/problem.ts';
import type { FilesRead } from '../../config/read-files.ts';
import { readSigningKey } from '../../forward/forward-signature.ts';
import { type LiveKey, readLiveKey, sha256 } from '../../schemes/live-key.ts';
import { inTurns } from './in-turns.ts';

/** A route with what its files hold. A reload replaces it as a whole, or leaves it as it is. */
export interface LoadedRoute {
  readonly route: Route;
  /** As their files have them, for `explain`. */
  readonly secrets: readonly Key[];
  readonly keys: readonly LiveKey[];
  /** Who may send. */
  readonly admits: AddressSet;
  /** Entries as written; ranges that overlap are merged in the set. */
  readonly allowlistEntries: number;
  /** Tells one allowlist from another. */
  readonly allowlistDigest: string;
  /** PEM. */
  readonly upstreamCa: Buffer | undefined;
  /** Undefined where what is forwarded is not signed. */
  readonly signingKeys: readonly Buffer[] | undefined;
}

export interface RouteResult {
  readonly name: string;
  readonly loaded: LoadedRoute | undefined;
  readonly problems: readonly Problem[];
}

/** Makes each route from the files that it names; one that cannot be made keeps no other from it. */
export async function loadRoutes(
  config: Config,
  found: FilesRead,
  problemsOf: (path: string) => readonly Problem[],
): Promise<readonly RouteResult[]> {
  const results: RouteResult[] = [];
  const sets = new Map<string, AddressSet>();
  for (const route of config.routes) results.push(await loadRoute(route));
  return results;

  async function loadRoute(route: Route): Promise<RouteResult> {
    const { allowlist, upstream } = route;
    const readsAllowlist = allowlist.mode !== 'off' && allowlist.addresses === undefined;
    const paths = [
      route.keysDirectory,
      readsAllowlist ? allowlist.file : undefined,
      upstream.caFile,
      upstream.signing?.keysDirectory,
    ];
    const broken = [...new Set(paths)].flatMap((path) => (path === undefined ? [] : problemsOf(path)));
    if (broken.length > 0) return { name: route.name, loaded: undefined, problems: broken };
    const secrets = found.keys.get(route.keysDirectory) ?? [];
    const ranges =
      allowlist.mode === 'off' ? [] : (allowlist.addresses ?? found.allowlists.get(allowlist.file) ?? []);
    const keys = readKeysOf(route, secrets);
    const signing = readSigningKeysOf(route, found);
    const digest = digestOf(ranges);
    const admits = sets.get(digest) ?? (await inTurns(compileRanges(ranges)));
    sets.set(digest, admits);
    const problems = [...keys.problems, ...signing.problems, ...judgeAddresses(route, admits)];
    if (problems.length > 0) return { name: route.name, loaded: undefined, problems };
    return {
      name: route.name,
      problems: [],
      loaded: {
        route,
        secrets,
        keys: keys.keys,
        admits,
        allowlistEntries: ranges.length,
        allowlistDigest: digest,
        upstreamCa: upstream.caFile === undefined ? undefined : found.authorities.get(upstream.caFile),
        signingKeys: signing.keys,
      },
    };
  }
}

/**
 * A route of which one file cannot be used: what the broken file said before stays in force, and what its other files say
 * of keys and addresses is taken up. So a key or an address that was removed is gone, whatever is broken beside it.
 * `isRemovalOnly`: nothing is taken up that was not in force.
 */
export async function carryOn(
  old: LoadedRoute,
  found: FilesRead,
  { isRemovalOnly }: { readonly isRemovalOnly: boolean },
): Promise<LoadedRoute> {
  const { route } = old;
  const whole = found.keys.get(route.keysDirectory);
  const { keys: readable, names } = whole
    ? { keys: whole, names: whole.map(({ name }) => name) }
    : (found.partlyRead.get(route.keysDirectory) ?? { keys: old.secrets, names: old.secrets.map(nameOf) });
  const wasThere = ({ name, secret }: Key): boolean =>
    old.secrets.some((other) => other.name === name && other.secret.equals(secret));
  const usable = readable.filter((key) => isUsable(route, key) && (!isRemovalOnly || wasThere(key)));
  const staying = names.filter((name) => !usable.some((key) => key.name === name));
  const secrets = [...usable, ...old.secrets.filter(({ name }) => staying.includes(name))];
  return { ...old, secrets, keys: readKeysOf(route, secrets).keys, ...(await addressesOf(old, found)) };
}

async function addressesOf(old: LoadedRoute, found: FilesRead): Promise<Partial<LoadedRoute>> {
  const { route } = old;
  if (route.allowlist.mode === 'off' || route.allowlist.addresses !== undefined) return {};
  const ranges = found.allowlists.get(route.allowlist.file);
  if (ranges === undefined) return {};
  const admits = await inTurns(compileRanges(ranges));
  if (judgeAddresses(route, admits).length > 0) return {};
  return { admits, allowlistEntries: ranges.length, allowlistDigest: digestOf(ranges) };
}

const nameOf = ({ name }: Key): string => name;
const isUsable = ({ scheme }: Route, key: Key): boolean => readLiveKey(scheme, key).kind === 'key';
const digestOf = (ranges: readonly string[]): string => hash('sha256', ranges.join('\n'), 'hex');

/** Sentences about keys that two routes share although they name directories of their own. */
export function sharedKeyWarnings(routes: readonly LoadedRoute[]): string[] {
  const seen = new Map<string, { readonly route: Route; readonly key: string }>();
  return routes.flatMap(({ route, secrets }) =>
    secrets.flatMap(({ name, secret }) => {
      const digest = sha256(secret).toString('hex');
      const twin = seen.get(digest);
      seen.set(digest, { route, key: name });
      if (twin === undefined || twin.route.keysDirectory === route.keysDirectory) return [];
      return [
        `key ${name} of route ${route.name} is key ${twin.key} of route ${twin.route.name} as well: what is signed for one holds for the other`,
      ];
    }),
  );
}

function readKeysOf(
  { scheme, keysDirectory }: Route,
  secrets: readonly Key[],
): { readonly keys: readonly LiveKey[]; readonly problems: readonly Problem[] } {
  const keys: LiveKey[] = [];
  const problems: Problem[] = [];
  for (const secret of secrets) {
    const read = readLiveKey(scheme, secret);
    if (read.kind === 'key') keys.push(read.key);
    else
      problems.push(
        problemAt({ source: join(keysDirectory, secret.name) }, '', 'found another key', read.expected),
      );
  }
  return { keys, problems };
}

function readSigningKeysOf(
  { upstream: { signing } }: Route,
  found: FilesRead,
): { readonly keys: readonly Buffer[] | undefined; readonly problems: readonly Problem[] } {
  if (signing === undefined) return { keys: undefined, problems: [] };
  const keys: Buffer[] = [];
  const problems: Problem[] = [];
  for (const key of found.keys.get(signing.keysDirectory) ?? []) {
    const source = join(signing.keysDirectory, key.name);
    const read = readSigningKey(key);
    if ('expected' in read) problems.push(problemAt({ source }, '', 'found another key', read.expected));
    else keys.push(read.bytes);
  }
  return { keys, problems };
}

/** Where the allowlist is what keeps others out, one that admits nearly everybody is a problem, in however many ranges. */
function judgeAddresses({ scheme, allowlist, repeatable, name }: Route, { share }: AddressSet): Problem[] {
  const reason =
    scheme.covers === 'nothing'
      ? `scheme ${scheme.name} of route ${name} proves nothing about the body`
      : Object.keys(repeatable).length > 0
        ? `repeatable of route ${name} lets whoever may send use a captured body once per window`
        : undefined;
  if (reason === undefined) return [];
  const wide = [
    ...(share.ipv4 < tooMuchOfIpv4 ? [] : ['half of all IPv4 addresses or more']),
    ...(share.ipv6 < tooMuchOfIpv6 ? [] : ['half of all IPv6 addresses that are given out, or more']),
  ];
  if (wide.length === 0) return [];
  const source = allowlist.addresses === undefined ? allowlist.file : '--allow';
  const found = `found ${wide.join(' and ')}`;
  return [problemAt({ source }, '', found, `expected addresses of the sender, since ${reason}`)];
}

/** No sender has so many; all but a few addresses are as good as all. */
const tooMuchOfIpv4 = 1 / 2;
/** Half of 2000::/3, out of which all public addresses are given (RFC 4291 section 2.4, IANA's registry). */
const tooMuchOfIpv6 = 1 / 16;

/** The ranges were validated when they were read. */
export function* compileRanges(texts: readonly string[]): Generator<void, AddressSet> {
  const ranges: Range[] = [];
  for (const [index, text] of texts.entries()) {
    const parsed = parseRange(text);
    if (parsed.kind === 'range') ranges.push(parsed.range);
    if (index % rangesPerStep === 0) yield;
  }
  return yield* compileInSteps(ranges);
}

const rangesPerStep = 256;
