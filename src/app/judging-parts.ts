import type { Config } from '../config/config.ts';
import { createVerifier } from '../envelope/verify.ts';
import { prefixOf } from '../forward/dial.ts';
import { createJudgePath, type JudgePath } from '../gates/path.ts';
import type { JudgingParts } from '../pipeline/order.ts';
import type { Loaded } from './load.ts';

/** What of the configuration and its files decides about a delivery: the same for `serve` and for `explain`. */
export type Judged = Pick<Loaded, 'config' | 'keys' | 'allowlist' | 'trustedProxies'>;

export function judgingParts(loaded: Judged, judgePath: JudgePath, now: () => number): JudgingParts {
  const { config, keys, allowlist, trustedProxies } = loaded;
  const verify = createVerifier({ keys, encodings: config.checksum.encodings });
  return { config, judgePath, trustedProxies, allowlist, verify, now };
}

export function judgePathOf(config: Config): JudgePath {
  return createJudgePath({ ...config, upstreamPrefix: prefixOf(config.upstream.url) });
}
