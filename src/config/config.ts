/** The configuration after validation: durations in milliseconds, sizes in bytes, nothing optional left open. */
import type { ChecksumEncoding } from '../delivery/delivery.ts';
import type { RedisSettings } from '../delivery/redis-settings.ts';

export interface Config {
  readonly listen: {
    readonly host: string;
    readonly port: number;
    /** Undefined: plain HTTP. */
    readonly tls: TlsFiles | undefined;
  };
  readonly admin: { readonly host: string; readonly port: number };
  readonly upstream: {
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
  };
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
    readonly encodings: readonly ChecksumEncoding[];
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

/** One webhook path. */
export interface Route {
  /** The `route` label of metrics and logs. */
  readonly name: string;
  /** Absolute path, in normal form. */
  readonly path: string;
  /** `*`, a literal event name, or a prefix followed by `.*`. */
  readonly events: readonly string[];
  readonly unsignedFields: 'strip' | 'forward' | 'reject';
}
