/** Everything that the gate is told from outside, read and validated together: all of it or the problems of all. */
import { hash } from 'node:crypto';
import { type AddressSet, compileInSteps } from '../addresses/address-set.ts';
import { parseRange, type Range } from '../addresses/range.ts';
import type { Config } from '../config/config.ts';
import { contentDigest } from '../config/content-digest.ts';
import { filesInUse, watchedPaths } from '../config/files-in-use.ts';
import type { Key } from '../config/keys.ts';
import { type ConfigSources, type LoadedConfig, loadConfig } from '../config/load-config.ts';
import { formatProblem, type Problem } from '../config/problem.ts';
import { readFiles } from '../config/read-files.ts';
import type { Settings } from '../config/schema.ts';
import { inTurns } from './in-turns.ts';

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
  readonly keys: readonly Key[];
  readonly allowlist: AddressSet;
  /** Entries as written; ranges that overlap are merged in the set. */
  readonly allowlistEntries: number;
  /** Tells one allowlist from another. */
  readonly allowlistDigest: string;
  readonly trustedProxies: AddressSet;
  /** PEM. */
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  /** PEM. */
  readonly upstreamCa: Buffer | undefined;
  readonly warnings: readonly string[];
}

export type LoadResult =
  | { readonly kind: 'ok'; readonly loaded: Loaded }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** Reads configuration, keys, allowlist and certificates. Never rejects. */
export async function loadEverything(sources: ConfigSources): Promise<LoadResult> {
  const draft = loadConfig(sources);
  if (draft.kind === 'problems') return draft;
  // Only the configuration names the files, and what they hold has to be noted before they are read: so it is read
  // twice. A configuration that names others by then leaves a digest that fits nothing, which means a reload soon.
  const contents = contentDigest(watchedPaths(filesOf(draft), draft.file));
  const read = loadConfig(sources);
  if (read.kind === 'problems') return read;
  const { config } = read;

  const files = filesOf(read);
  const found = await readFiles(files, config.listen.tls);
  // What each connection of the store reads anew is judged there, and does not hold up a reload.
  const problems = found.reports.flatMap((report) =>
    report.file.use.read === 'with the configuration' ? report.problems : [],
  );
  if (problems.length > 0) return { kind: 'problems', problems };
  const { mode, addresses, file } = config.allowlist;
  const ranges = mode === 'off' ? [] : (addresses ?? found.allowlists.get(file) ?? []);
  return {
    kind: 'ok',
    loaded: {
      config,
      settings: read.settings,
      digest: read.digest,
      configFile: read.file,
      watched: watchedPaths(files, read.file),
      contents,
      keys: found.keys.get(config.checksum.keysDirectory) ?? [],
      allowlist: await inTurns(compile(ranges)),
      allowlistEntries: ranges.length,
      allowlistDigest: hash('sha256', ranges.join('\n'), 'hex'),
      trustedProxies: await inTurns(compile(config.clientAddress.trustedProxies)),
      tls: found.tls,
      upstreamCa:
        config.upstream.caFile === undefined ? undefined : found.authorities.get(config.upstream.caFile),
      warnings: [
        ...read.warnings,
        ...found.reports.flatMap(({ warnings, unmeant }) => [...warnings, ...unmeant.map(formatProblem)]),
      ],
    },
  };
}

function filesOf({ config, settings }: Extract<LoadedConfig, { kind: 'ok' }>) {
  return filesInUse(settings, config.allowlist.addresses !== undefined);
}

/** The ranges were validated when they were read. */
function* compile(texts: readonly string[]): Generator<void, AddressSet> {
  const ranges: Range[] = [];
  for (const [index, text] of texts.entries()) {
    const parsed = parseRange(text);
    if (parsed.kind === 'range') ranges.push(parsed.range);
    if (index % rangesPerStep === 0) yield;
  }
  return yield* compileInSteps(ranges);
}

const rangesPerStep = 256;
