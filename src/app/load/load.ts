/** Everything that the gate is told from outside, read and validated together: all of it or the problems of all. */
import type { AddressSet } from '../../addresses/address-set.ts';
import type { Config } from '../../config/config.ts';
import { contentDigest } from '../../config/content-digest.ts';
import { filesInUse, type NamedFile, watchedPaths } from '../../config/files-in-use.ts';
import { type ConfigSources, type LoadedConfig, loadConfig } from '../../config/load-config.ts';
import { formatProblem, type Problem, problemAt } from '../../config/problem.ts';
import { readFiles } from '../../config/read-files.ts';
import { keysThatNeedRestart } from '../../config/restart-keys.ts';
import type { Settings } from '../../config/schema.ts';
import { inTurns } from './in-turns.ts';
import {
  carryOn,
  compileRanges,
  type LoadedRoute,
  loadRoutes,
  type RouteResult,
  sharedKeyWarnings,
} from './load-routes.ts';
import { signingConflicts } from './signing-keys.ts';

export interface Loaded {
  readonly config: Config;
  /** The same in the file's own shape. */
  readonly settings: Settings;
  /** First 12 hex digits of SHA-256 over the effective configuration. */
  readonly digest: string;
  /** Undefined where flags and environment suffice. */
  readonly configFile: string | undefined;
  /** The files and directories that this was and will be read from. */
  readonly watched: readonly string[];
  /** `contentDigest` of `watched`, taken before any of them was read: a later change always differs from it. */
  readonly contents: string;
  /** In the order of the configuration. */
  readonly routes: readonly LoadedRoute[];
  /** Tells the allowlists from others. */
  readonly allowlistDigest: string;
  readonly trustedProxies: AddressSet;
  /** PEM. */
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  /** PEM; of `upstream`, for what is passed through. */
  readonly upstreamCa: Buffer | undefined;
  readonly warnings: readonly string[];
  /** Those of `warnings` that the configuration itself gives rise to. */
  readonly configWarnings: readonly string[];
  /** What keeps a part as it was before this reload; empty at a start, which is all or nothing. */
  readonly held: readonly Problem[];
}

export type LoadResult =
  | { readonly kind: 'ok'; readonly loaded: Loaded }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/**
 * Reads configuration, keys, allowlists and certificates. Never rejects.
 *
 * At a start (without `before`) it is all or nothing. At a reload only the part that cannot be used stays as it was
 * `before`: a route, the certificate, the authorities of what passes, or the configuration as a whole. So a key that was
 * removed is gone, whatever is broken elsewhere.
 */
export async function loadEverything(sources: ConfigSources, before?: Loaded): Promise<LoadResult> {
  const draft = loadConfig(sources);
  if (draft.kind === 'problems') return followOld(before, draft.problems, []);
  // The digest has to be taken before any file is read, and only the configuration names the files: so that one is read
  // twice. Where it names others the second time, the digest fits nothing, and the next look reloads. Without a file there
  // is nothing that could have changed.
  const contents = contentDigest(watchedPaths(filesOf(draft), draft.file));
  const read = draft.file === undefined ? draft : loadConfig(sources);
  if (read.kind === 'problems') return followOld(before, read.problems, []);
  const restart = before === undefined ? [] : restartProblems(before, read);
  const result = await loadAs(read, contents, before);
  if (result.kind === 'ok' && restart.length === 0) return result;
  const problems = result.kind === 'problems' ? result.problems : [];
  return followOld(before, [...restart, ...problems], watchedPaths(filesOf(read), read.file));
}

/**
 * A changed configuration waits, for the reason that `problems` give; what is in force still follows the files that it
 * names. `awaited`: the paths of which a change may end the waiting.
 */
async function followOld(
  before: Loaded | undefined,
  problems: readonly Problem[],
  awaited: readonly string[],
): Promise<LoadResult> {
  if (before === undefined) return { kind: 'problems', problems };
  const { config, settings, digest, configFile, configWarnings } = before;
  // No digest was taken before the files were read. An empty one fits nothing, so the next look reloads.
  const contents = '';
  const old = await loadAs(
    { kind: 'ok', config, settings, digest, file: configFile, warnings: configWarnings },
    contents,
    before,
  );
  if (old.kind === 'problems') return { kind: 'problems', problems: [...problems, ...old.problems] };
  const watched = [...new Set([...old.loaded.watched, ...awaited])];
  const held = [...new Set([...problems, ...old.loaded.held])];
  return { kind: 'ok', loaded: { ...old.loaded, watched, held } };
}

function restartProblems(before: Loaded, { settings, file = 'configuration' }: Valid): readonly Problem[] {
  const keys = keysThatNeedRestart(before.settings, settings).join(', ');
  if (keys === '') return [];
  const expected = 'nothing of the change is in force';
  return [problemAt({ source: file }, keys, 'changed, which takes a restart', expected)];
}

type Valid = Extract<LoadedConfig, { kind: 'ok' }>;

async function loadAs(read: Valid, contents: string, before: Loaded | undefined): Promise<LoadResult> {
  const { config } = read;
  const files = filesOf(read);
  const found = await readFiles(files, config);
  // Files that each connection of the store reads anew are judged by the store, and do not hold up a reload.
  const reports = found.reports.filter(({ file }) => file.use.read === 'with the configuration');
  const ofRoutes = new Set(['keys', 'signing keys', 'allowlist', 'authorities']);
  const passes = config.otherPaths === 'passthrough';
  const isShared = ({ key, use }: NamedFile): boolean =>
    !ofRoutes.has(use.holds) || (passes && key === 'upstream.caFile');
  const shared = reports.flatMap(({ file, problems }) => (isShared(file) ? problems : []));
  const { caFile } = config.upstream;
  const inForce = sameShared(before, config);
  const tls = found.tls ?? inForce.tls;
  const upstreamCa = caFile === undefined ? undefined : (found.authorities.get(caFile) ?? inForce.upstreamCa);
  const lacksShared =
    (config.listen.tls !== undefined && tls === undefined) ||
    (passes && caFile !== undefined && upstreamCa === undefined);
  const results = await loadRoutes(config, found, (path) =>
    reports.flatMap(({ file, problems }) =>
      file.path === path && ofRoutes.has(file.use.holds) ? problems : [],
    ),
  );
  const stays = async (name: string, isRemovalOnly: boolean): Promise<LoadedRoute | undefined> => {
    const old = sameRoute(before, config, name);
    return old === undefined ? undefined : carryOn(old, found, { isRemovalOnly });
  };
  const settled = await settle(results, stays);
  const { routes } = settled;
  const held = [...new Set([...settled.held, ...shared])];
  if (lacksShared || routes.includes(undefined)) return { kind: 'problems', problems: held };
  const kept = routes.filter((route) => route !== undefined);
  return {
    kind: 'ok',
    loaded: {
      config,
      settings: read.settings,
      digest: read.digest,
      configFile: read.file,
      watched: watchedPaths(files, read.file),
      contents,
      routes: kept,
      allowlistDigest: kept.map(({ allowlistDigest }) => allowlistDigest).join(' '),
      trustedProxies: await inTurns(compileRanges(config.clientAddress.trustedProxies)),
      tls,
      upstreamCa,
      warnings: [
        ...read.warnings,
        ...found.reports.flatMap(({ warnings, unmeant }) => [...warnings, ...unmeant.map(formatProblem)]),
        ...sharedKeyWarnings(kept),
      ],
      configWarnings: read.warnings,
      held,
    },
  };
}

/**
 * The routes that will be in force together. In place of one that cannot be used, alone or beside another, stands what
 * `stays` gives for it; undefined where it gives nothing.
 */
async function settle(
  results: readonly RouteResult[],
  stays: (name: string, isRemovalOnly: boolean) => Promise<LoadedRoute | undefined>,
): Promise<{ readonly held: readonly Problem[]; readonly routes: readonly (LoadedRoute | undefined)[] }> {
  const held = new Set(results.flatMap(({ problems }) => problems));
  const putBack = new Set<string>();
  let routes = await Promise.all(
    results.map(async ({ name, loaded }) => loaded ?? (await stays(name, false))),
  );
  // Each turn puts at least one new route back, so it ends after as many turns as there are routes.
  for (;;) {
    const conflicts = signingConflicts(routes.filter((route) => route !== undefined));
    if (conflicts.length === 0) return { held: [...held], routes };
    for (const { problem } of conflicts) held.add(problem);
    const involved = new Set(conflicts.flatMap(({ routes: names }) => names));
    const isNew = [...involved].some((name) => !putBack.has(name));
    if (!isNew) return { held: [...held], routes: routes.map(() => undefined) };
    for (const name of involved) putBack.add(name);
    const next = await Promise.all(
      routes.map(async (route) =>
        route !== undefined && involved.has(route.route.name) ? await stays(route.route.name, true) : route,
      ),
    );
    routes = next;
  }
}

/** The route as it is in force, where the configuration says the same of it as before. */
function sameRoute(before: Loaded | undefined, config: Config, name: string): LoadedRoute | undefined {
  const old = before?.routes.find(({ route }) => route.name === name);
  const now = config.routes.find((route) => route.name === name);
  return old !== undefined && JSON.stringify(old.route) === JSON.stringify(now) ? old : undefined;
}

/** What all routes share, as it is in force, where the configuration says the same of it as before. */
function sameShared(
  before: Loaded | undefined,
  { listen, upstream }: Config,
): Pick<Loaded, 'tls' | 'upstreamCa'> {
  const old = before?.config;
  return {
    tls: JSON.stringify(old?.listen.tls) === JSON.stringify(listen.tls) ? before?.tls : undefined,
    upstreamCa: old?.upstream.caFile === upstream.caFile ? before?.upstreamCa : undefined,
  };
}

function filesOf({ config, settings }: Valid) {
  return filesInUse(settings, config.allowlist.addresses !== undefined);
}
