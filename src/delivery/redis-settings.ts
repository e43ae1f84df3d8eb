/** Where the shared store is and how to speak to it: `duplicates.redis` of hookgate.yaml. An empty text means none. */
export interface RedisSettings {
  /** A list is a cluster. With sentinels only scheme, user and database count. */
  readonly url: string | readonly string[];
  /** host:port each. */
  readonly sentinels: readonly string[];
  readonly master: string;
  readonly userFile: string;
  readonly passwordFile: string;
  readonly sentinelPasswordFile: string;
  readonly caFile: string;
  readonly keyPrefix: string;
  readonly timeoutMs: number;
  readonly minReplicas: number;
}
