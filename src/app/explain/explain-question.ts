import type { Key } from '../../config/keys.ts';
import type { ConfigSources } from '../../config/load-config.ts';
import type { Ending } from '../../delivery/answer.ts';
import type { Facts } from '../../delivery/delivery.ts';
import type { Unverified, Verified } from '../../gates/checksum.ts';
import type { LoadedRoute } from '../load/load-routes.ts';

export interface ExplainQuestion {
  readonly body: Buffer;
  /** Fields of the head that were captured with it, names and values alternating. */
  readonly headers?: readonly string[];
  /** Either a configuration or a keys directory. */
  readonly sources: ConfigSources | undefined;
  readonly keysDirectory: string | undefined;
  /** A profile, for a keys directory; by default that of a route that names none. */
  readonly scheme?: string | undefined;
  /** For such a profile that signs it: the URL as it is registered with the sender. */
  readonly publicUrl?: string | undefined;
  /** Only this route of the configuration. */
  readonly route?: string | undefined;
  readonly address: string | undefined;
  /** Keys that are not live, such as one from before a rotation. */
  readonly otherKeys: readonly Key[];
  /** Wall-clock milliseconds of the arrival; now by default. */
  readonly arrivedMs?: number | undefined;
}

/** What one route says of the body. */
export interface Explained {
  readonly loaded: LoadedRoute;
  /** Verified or Unverified where it would go on to be claimed or forwarded. */
  readonly ending: Ending | Verified | Unverified;
  readonly facts: Facts;
}
