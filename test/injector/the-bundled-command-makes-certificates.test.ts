import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { buildOptions } from '../../scripts/build-options.ts';
import { bundleIn, fakeKubernetes } from '../support/fake-kubernetes.ts';
import { sidecarTemplate } from '../support/injection.ts';
import { kubernetesSettings } from '../support/running-injector.ts';

test('as it runs in the image: from the bundle, until SIGTERM', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hookgate-bundle-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  await build({ ...buildOptions('0.0.0-test'), outdir: directory });
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
  const kubernetes = await fakeKubernetes();
  const sidecar = join(directory, 'sidecar.yaml');
  writeFileSync(sidecar, stringify(sidecarTemplate));
  const config = join(directory, 'inject.yaml');
  writeFileSync(
    config,
    stringify({
      listen: { host: '127.0.0.1', port: 0 },
      admin: { host: '127.0.0.1', port: 0 },
      sidecar: { file: sidecar },
      certificates: { secret: 'hookgate-injector-tls' },
      kubernetes: kubernetesSettings(kubernetes),
    }),
  );
  const command = spawn(process.execPath, [join(directory, 'hookgate.js'), 'inject', '--config', config]);
  onTestFinished(() => void command.kill('SIGKILL'));
  let output = '';
  for (const stream of [command.stdout, command.stderr]) stream.on('data', (chunk) => (output += chunk));
  await expect.poll(() => output, { timeout: 15_000 }).toContain('"msg":"ready"');
  expect(bundleIn(kubernetes)).toContain('BEGIN CERTIFICATE');
  command.kill('SIGTERM');
  const [code] = await once(command, 'exit');
  expect(code, output).toBe(0);
});
