import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { bundle } from '../../scripts/bundle.ts';
import { bundleIn, fakeKubernetes } from '../support/fake-kubernetes.ts';
import { sidecarTemplate } from '../support/injection.ts';
import { kubernetesSettings } from '../support/running-injector.ts';

/** Of a machine that does much else; what is waited for comes or never does. */
const patience = { timeout: 50_000 };

/** The command as it runs in the image, from the bundle, once it is ready. */
async function startBundled({ env = {}, drainDelay = '1s' }: { env?: object; drainDelay?: string } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'hookgate-bundle-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  await bundle('0.0.0-test', directory);
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
      drain: { delay: drainDelay },
    }),
  );
  const words = [join(directory, 'hookgate.js'), 'inject', '--config', config];
  const command = spawn(process.execPath, words, { env: { ...process.env, ...env } });
  onTestFinished(() => void command.kill('SIGKILL'));
  let output = '';
  for (const stream of [command.stdout, command.stderr]) stream.on('data', (chunk) => (output += chunk));
  await expect.poll(() => output, patience).toContain('"msg":"ready"');
  return { command, kubernetes, output: () => output };
}

test('it makes its certificate, and runs until SIGTERM', async () => {
  const { command, kubernetes, output } = await startBundled();
  expect(bundleIn(kubernetes)).toContain('BEGIN CERTIFICATE');
  command.kill('SIGTERM');
  const [code] = await once(command, 'exit');
  expect(code, output()).toBe(0);
});

test('a second signal ends it at once', async () => {
  const { command, output } = await startBundled({ drainDelay: '1m' });
  command.kill('SIGTERM');
  await expect.poll(output, patience).toContain('"msg":"stopping"');
  command.kill('SIGTERM');
  const [code] = await once(command, 'exit');
  expect(code, output()).toBe(1);
});

test('after a fault that nobody caught the log has it, and the exit status is 1', async () => {
  const plant = join(mkdtempSync(join(tmpdir(), 'hookgate-plant-')), 'plant.mjs');
  onTestFinished(() => rmSync(dirname(plant), { recursive: true, force: true }));
  writeFileSync(plant, "process.on('SIGUSR2', () => void Promise.reject(new Error('planted')));\n");
  const { command, output } = await startBundled({ env: { NODE_OPTIONS: `--import=${plant}` } });
  command.kill('SIGUSR2');
  const [code] = await once(command, 'close');
  expect(code, output()).toBe(1);
  expect(output()).toMatch(/"level":"fatal".*"message":"planted"/);
});
