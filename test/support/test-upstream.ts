import { onTestFinished } from 'vitest';
import { createUpstream, type Upstream, type UpstreamRules } from '../../src/forward/upstream.ts';

/** An upstream with short limits, closed when the test ends. */
export function testUpstream(url: URL, rules: Partial<UpstreamRules> = {}): Upstream {
  const upstream = createUpstream({
    url,
    addresses: [],
    keepAliveMs: 1_500,
    connectTimeoutMs: 1_000,
    timeoutMs: 2_000,
    connections: 4,
    maxAnswerBytes: 65_536,
    now: () => performance.now(),
    ...rules,
  });
  onTestFinished(() => upstream.close());
  return upstream;
}

/** An event for `Upstream.send`. */
export function anEvent(
  text = '{"event":"a","data":{}}',
  headers: readonly string[] = [],
  path = '/webhooks',
) {
  return { body: Buffer.from(text), headers: ['Content-Type', 'application/json', ...headers], path };
}
