/** The configuration after validation: durations in milliseconds, sizes in bytes, nothing optional left open. */
import type { RedisSettings } from '../delivery/redis-settings.ts';
import type { WaysFrom } from '../schemes/remedy.ts';
import type { Scheme } from '../schemes/scheme.ts';
import type { Settings } from './schema.ts';

export interface Config {
  readonly listen: {
    readonly host: string;
    readonly port: number;
    /** Undefined: plain HTTP. */
    readonly tls: TlsFiles | undefined;
    /** How long a connection may rest between requests. */
    readonly keepAliveMs: number;
  };
  readonly admin: {
    readonly host: string;
    readonly port: number;
    /** Names besides addresses and localhost by which people's pages may be called. */
    readonly hosts: readonly string[];
  };
  readonly upstream: UpstreamConfig;
  readonly clientAddress: {
    readonly from: 'peer' | 'forwarded' | 'proxyProtocol';
    /** Addresses and CIDRs, validated. */
    readonly trustedProxies: readonly string[];
  };
  readonly allowlist: {
    readonly mode: 'enforce' | 'observe' | 'off';
    readonly file: string;
    /** From `--allow`; when present the file is not read. */
    readonly addresses: readonly string[] | undefined;
  };
  readonly checksum: {
    readonly mode: 'enforce' | 'observe';
    readonly keysDirectory: string;
    readonly encodings: readonly string[];
  };
  readonly duplicates: {
    readonly store: 'embedded' | 'redis' | 'memory';
    readonly retentionMs: number;
    readonly leaseMs: number;
    readonly whenStoreDown: 'refuse' | 'forward';
    readonly embedded: { readonly file: string };
    readonly redis: RedisSettings;
  };
  readonly routes: readonly Route[];
  readonly otherPaths: 'deny' | 'passthrough';
  /** Each with all that is below it; refused in every spelling. */
  readonly denyPaths: readonly string[];
  readonly limits: {
    readonly bodyBytes: number;
    readonly headers: number;
    readonly headerBytes: number;
    readonly bodyTimeMs: number;
    /** Longest silence in the middle of a passed body. */
    readonly uploadIdleMs: number;
    /** Longest silence in both directions of what is passed through. */
    readonly streamIdleMs: number;
    readonly headerTimeMs: number;
    readonly connections: number;
    readonly connectionsPerPeer: number;
    readonly inFlight: number;
    readonly waiters: number;
    readonly bufferedBytes: number;
  };
  readonly drain: {
    /** Unix socket on which whoever connects says that a stop is near; empty: none. */
    readonly socket: string;
    readonly delayMs: number;
  };
  readonly log: { readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent' };
}

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

/** An application behind the gate. */
export interface UpstreamConfig {
  /** http or https; may carry a path prefix; no query, no credentials. */
  readonly url: URL;
  /** PEM bundle that replaces the system's certificate authorities. */
  readonly caFile: string | undefined;
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  /** Used instead of resolving the URL's name; empty: the name is resolved. */
  readonly addresses: readonly string[];
  /** At most, for each upstream. */
  readonly connections: number;
  /** How long a connection rests where the application gives no hint. */
  readonly keepAliveMs: number;
  /** Undefined: what is forwarded is not signed. */
  readonly signing: { readonly keysDirectory: string; readonly replace: boolean } | undefined;
}

/**
 * One webhook path, with all that holds for it: the keys of src/config/schema-route.ts, what is written once for all
 * routes filled in.
 */
export interface Route extends Omit<RouteSettings, keyof MadeForRoute | 'retention'>, MadeForRoute {}

type RouteSettings = Settings['routes'][number];

/** What the gates need otherwise than it is written. */
interface MadeForRoute {
  readonly scheme: Scheme;
  readonly keysDirectory: string;
  readonly allowlist: {
    readonly mode: 'enforce' | 'observe' | 'off';
    readonly file: string;
    /** From `--allow`, which takes the place of the file that holds for all routes. */
    readonly addresses: readonly string[] | undefined;
  };
  readonly checksum: {
    readonly mode: 'enforce' | 'observe';
    /** Which list the ways of its scheme come from. */
    readonly waysFrom: WaysFrom;
  };
  readonly upstream: UpstreamConfig;
  readonly retentionMs: number;
}
