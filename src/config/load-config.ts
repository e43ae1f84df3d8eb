import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { linkLocalCaution, parseAddressRange } from './address-range.ts';
import { checkShape } from './check-shape.ts';
import type { Config } from './config.ts';
import { crossCheck, crossWarnings } from './cross-checks.ts';
import { overlayEnvironment } from './environment.ts';
import { anyFlag, type Flags, overlayFlags, overlayPath } from './flags.ts';
import { type Problem, problemAt, quote } from './problem.ts';
import { fillRoutes, toRoutes, toUpstream } from './routes.ts';
import { hookgateYaml, type Settings } from './schema.ts';
import { noSettings, readSettingsFile } from './settings-file.ts';
import type { ShapeSchema } from './shape-schema.ts';

export interface ConfigSources {
  /** From `--config`. Without it and without flags, `defaultFile` is read where it exists. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: Flags;
  readonly defaultFile?: string;
  /** Changes what was read and found right; for a gate that shares some of it with another (`hookgate prove`). */
  readonly adjust?: (config: Config) => Config;
}

export type LoadedConfig =
  | {
      readonly kind: 'ok';
      readonly config: Config;
      /** The same as it stands in the file's shape, by which keys are compared and files are found. */
      readonly settings: Settings;
      /** First 12 hex digits of SHA-256 over the effective configuration. */
      readonly digest: string;
      /** The file that was read, to be watched; undefined when there is none. */
      readonly file: string | undefined;
      /** Sentences about what is allowed but weakens the gate. */
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

const schema = hookgateYaml as unknown as ShapeSchema;

/**
 * Reads the configuration: flags win over the environment, that over the file, that over the defaults. Reports all
 * problems together. Never throws; reads only the one file, nothing that it names.
 */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const { env, flags, defaultFile = '/etc/hookgate/hookgate.yaml' } = sources;
  const file = sources.file ?? (!anyFlag(flags) && existsSync(defaultFile) ? defaultFile : undefined);
  const instead = anyFlag(flags) ? 'flags' : `${defaultFile}, which is not there`;
  const read = file === undefined ? noSettings(instead) : readSettingsFile(file);
  if (read.kind === 'problems') return read;

  const { root } = read;
  const environment = overlayEnvironment(schema, root, env);
  const path = flags.path === undefined ? environment.flags.path : undefined;
  const early = [
    ...read.problems,
    ...environment.problems,
    ...(path === undefined ? [] : overlayPath(root, path, 'HOOKGATE_PATH')),
    ...overlayFlags(schema, root, flags),
  ];
  const allowed = flags.allow !== undefined && flags.allow.length > 0 ? flags.allow : undefined;
  const addresses = readAllowed(allowed ?? environment.flags.allow, allowed ? '--allow' : 'HOOKGATE_ALLOW');
  const shape = checkShape(schema, root);
  const problems = [...early, ...addresses.problems, ...shape.problems];

  const settings = shape.value as Settings;
  fillRoutes(settings);
  problems.push(...crossCheck(settings, shape.broken, shape.originOf));
  if (problems.length > 0) return { kind: 'problems', problems };
  const { adjust = (config) => config } = sources;
  const config = adjust(toConfig(settings, addresses.ranges));
  const digest = createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 12);
  return {
    kind: 'ok',
    config,
    settings,
    digest,
    file,
    warnings: [...crossWarnings(settings), ...addresses.warnings],
  };
}

function readAllowed(allow: readonly string[] | undefined, source: string) {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const ranges = allow?.flatMap((text) => {
    const range = parseAddressRange(text);
    if (range.kind === 'invalid') {
      problems.push(problemAt({ source }, '', `found ${quote(text)}`, range.expected));
      return [];
    }
    if (range.everyone) warnings.push(`${source} has ${range.text}: every address of its kind is admitted`);
    if (range.linkLocal) warnings.push(`${source} has ${range.text}: ${linkLocalCaution}`);
    return [range.text];
  });
  return { ranges, problems, warnings };
}

function toConfig(settings: Settings, addresses: readonly string[] | undefined): Config {
  const { listen, admin, upstream, clientAddress, allowlist, checksum, duplicates, limits } = settings;
  const { timeout: redisTimeoutMs, ...redis } = duplicates.redis;
  return {
    listen: {
      host: listen.host,
      port: listen.port,
      tls: listen.tls.certFile === '' ? undefined : listen.tls,
      keepAliveMs: listen.keepAlive,
    },
    admin,
    upstream: toUpstream(upstream),
    clientAddress,
    allowlist: { ...allowlist, addresses },
    checksum,
    duplicates: {
      store: duplicates.store,
      retentionMs: duplicates.retention,
      leaseMs: duplicates.lease,
      whenStoreDown: duplicates.whenStoreDown,
      embedded: duplicates.embedded,
      redis: { ...redis, timeoutMs: redisTimeoutMs },
    },
    routes: toRoutes(settings, addresses),
    otherPaths: settings.otherPaths,
    denyPaths: settings.denyPaths,
    limits: {
      bodyBytes: limits.body,
      headers: limits.headers,
      headerBytes: limits.headerBytes,
      bodyTimeMs: limits.bodyTime,
      uploadIdleMs: limits.uploadIdle,
      streamIdleMs: limits.streamIdle,
      headerTimeMs: limits.headerTime,
      connections: limits.connections,
      connectionsPerPeer: limits.connectionsPerPeer,
      inFlight: limits.inFlight,
      waiters: limits.waiters,
      bufferedBytes: limits.bufferedBytes,
    },
    drain: { socket: settings.drain.socket, delayMs: settings.drain.delay },
    log: settings.log,
  };
}
