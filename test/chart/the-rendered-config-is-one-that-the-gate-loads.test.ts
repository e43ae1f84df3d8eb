import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { manifests, render, valuesFiles } from '../support/helm.ts';

const own = valuesFiles.filter((values) => values !== 'everything-set');

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

function load(rendered: string) {
  const config = manifests(rendered).find(({ metadata }) => metadata.name === 'hookgate-config');
  const { data } = config as unknown as { data: Record<string, string> };
  const directory = mkdtempSync(join(tmpdir(), 'hookgate-chart-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'hookgate.yaml');
  writeFileSync(file, data['hookgate.yaml'] as string);
  return loadConfig({ file, env: {}, flags: {} });
}
