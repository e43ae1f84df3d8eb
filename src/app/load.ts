/** Everything that the gate is told from outside, read and validated together: all of it or the problems of all. */
import { hash } from 'node:crypto';
import { type AddressSet, compileInSteps } from '../addresses/address-set.ts';
import { parseRange, type Range } from '../addresses/range.ts';
import { readAllowlist } from '../config/allowlist-file.ts';
import type { Config } from '../config/config.ts';
import { contentDigest } from '../config/content-digest.ts';
import { type Key, readKeys } from '../config/keys.ts';
import { type ConfigSources, loadConfig } from '../config/load-config.ts';
import type { Problem } from '../config/problem.ts';
import { readCa, readTls } from '../config/tls-files.ts';
import { inTurns } from './in-turns.ts';

export interface Loaded {
  readonly config: Config;
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
  const contents = contentDigest(watchedPaths(draft.config, draft.file));
  const read = loadConfig(sources);
  if (read.kind === 'problems') return read;
  const { config } = read;

  const keys = readKeys(config.checksum.keysDirectory);
  const allowlist = await readAllowedRanges(config);
  const tls = config.listen.tls === undefined ? nothing : readTls(config.listen.tls);
  const ca = config.upstream.caFile === undefined ? nothing : readCa(config.upstream.caFile);

  const parts = [keys, allowlist, tls, ca];
  const problems = parts.flatMap((part) => (part.kind === 'problems' ? part.problems : []));
  if (keys.kind === 'problems' || allowlist.kind === 'problems' || problems.length > 0) {
    return { kind: 'problems', problems };
  }
  return {
    kind: 'ok',
    loaded: {
      config,
      digest: read.digest,
      configFile: read.file,
      watched: watchedPaths(config, read.file),
      contents,
      keys: keys.keys,
      allowlist: await inTurns(compile(allowlist.ranges)),
      allowlistEntries: allowlist.ranges.length,
      allowlistDigest: hash('sha256', allowlist.ranges.join('\n'), 'hex'),
      trustedProxies: await inTurns(compile(config.clientAddress.trustedProxies)),
      tls: tls.kind === 'ok' ? { cert: tls.cert, key: tls.key } : undefined,
      upstreamCa: ca.kind === 'ok' ? ca.ca : undefined,
      warnings: [
        ...read.warnings,
        ...keys.warnings,
        ...allowlist.warnings,
        ...(tls.kind === 'ok' ? tls.warnings : []),
      ],
    },
  };
}

function watchedPaths(config: Config, configFile: string | undefined): string[] {
  const { allowlist, checksum, listen, upstream } = config;
  const readsAllowlist = allowlist.mode !== 'off' && allowlist.addresses === undefined;
  return [
    configFile,
    checksum.keysDirectory,
    readsAllowlist ? allowlist.file : undefined,
    listen.tls?.certFile,
    listen.tls?.keyFile,
    upstream.caFile,
  ].filter((path) => path !== undefined);
}

const nothing = { kind: 'nothing' } as const;

async function readAllowedRanges(config: Config) {
  const { mode, file, addresses } = config.allowlist;
  if (mode === 'off') return { kind: 'ok', ranges: [] as string[], warnings: [] as string[] } as const;
  if (addresses !== undefined) return { kind: 'ok', ranges: addresses, warnings: [] as string[] } as const;
  const read = await readAllowlist(file);
  if (read.kind === 'problems') return read;
  return { kind: 'ok', ranges: read.entries.map(({ range }) => range), warnings: read.warnings } as const;
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
