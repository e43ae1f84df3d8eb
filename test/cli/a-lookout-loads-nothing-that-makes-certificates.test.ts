import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { fakeKubernetes } from '../support/fake-kubernetes.ts';
import { createLoadList } from '../support/load-list.ts';
import { writeInjectConfig } from '../support/running-injector.ts';
import { until } from '../support/until.ts';

const program = new URL('../../dist/hookgate.js', import.meta.url).pathname;

/** Files of the bundle that the command loads until it is told to stop; it ends well. */
async function filesOf(certificates: object): Promise<string[]> {
  const list = createLoadList();
  const file = writeInjectConfig(await fakeKubernetes(), { certificates, log: { level: 'info' } });
  const env = { ...process.env, ...list.env };
  const command = spawn(process.execPath, [program, 'inject', '--config', file], { env });
  onTestFinished(() => void command.kill('SIGKILL'));
  let output = '';
  command.stdout.on('data', (chunk) => (output += chunk));
  await until(() => output.includes('"msg":"no Service leads past a gate"'));
  command.kill('SIGTERM');
  const [code] = await once(command, 'exit');
  expect(code, output).toBe(0);
  return list.read().filter((name) => name.includes('/dist/'));
}

const makesCertificates = (file: string) => readFileSync(file, 'utf8').includes('X509CertificateGenerator');

test('a lookout loads nothing that makes certificates; the injector does', async () => {
  expect((await filesOf({ mode: 'none' })).filter(makesCertificates)).toEqual([]);
  expect((await filesOf({})).filter(makesCertificates)).not.toEqual([]);
});
