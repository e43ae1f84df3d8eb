import { expect, test } from 'vitest';
import { loadRendered as load } from '../support/chart-config.ts';
import { render, valuesFiles } from '../support/helm.ts';

const sidecars = valuesFiles.filter((values) => /^sidecar/.test(values));
const own = valuesFiles.filter((values) => values !== 'everything-set' && !sidecars.includes(values));

test.each(own)('%s', (values) => {
  const loaded = load(render(values));
  expect(loaded.kind === 'problems' ? loaded.problems : []).toEqual([]);
});

test('every value that Hookgate reads arrives in it', () => {
  const loaded = load(
    render('minimal', [
      '--set',
      'limits.inFlight=1000000,limits.body=1MiB,upstream.connections=7,drain.delay=9s,log.level=warn,otherPaths=passthrough',
    ]),
  );
  expect(loaded).toMatchObject({
    kind: 'ok',
    config: {
      limits: { inFlight: 1_000_000, bodyBytes: 1_048_576 },
      upstream: { connections: 7 },
      drain: { delayMs: 9000 },
      log: { level: 'warn' },
      otherPaths: 'passthrough',
    },
  });
});

test.each([...sidecars, 'gateway-and-sidecar'])('%s, in a guarded pod', (values) => {
  const env = { HOOKGATE_UPSTREAM_URL: 'http://127.0.0.1:3000', HOOKGATE_DRAIN_DELAY: '0s' };
  expect(load(render(values), 'hookgate-sidecar', env)).toMatchObject({
    kind: 'ok',
    config: {
      listen: { port: 28080 },
      admin: { port: 29090 },
      otherPaths: 'passthrough',
      drain: { delayMs: 0 },
    },
  });
});
