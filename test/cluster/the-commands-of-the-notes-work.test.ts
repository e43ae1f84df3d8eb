/** What `helm install` prints is typed by the next person as it stands: every command of it is run here. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ensureHelm } from '../setup/install-helm.ts';
import { chart } from '../support/helm.ts';
import { apply, helm, installArgs, untilRouted } from './support/cluster.ts';
import { createNeighbourhood, type Neighbourhood } from './support/neighbourhood.ts';

const root = new URL('../../', import.meta.url).pathname;
let place: Neighbourhood;
let programs: string;

beforeAll(async () => {
  place = await createNeighbourhood();
  programs = mkdtempSync(join(tmpdir(), 'hookgate-notes-'));
  symlinkSync(ensureHelm(4), join(programs, 'helm'));
  const metadata = { name: 'own-allowlist', namespace: place.namespace };
  const data = { 'allowlist.yaml': `addresses: [${place.senderAddress}]` };
  apply([{ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }]);
});
afterAll(() => {
  place?.remove();
  if (programs !== undefined) rmSync(programs, { recursive: true });
});

/** Values files of the chart, other values beside them, and how many commands the notes have. */
test.each([
  ['minimal', [], 9],
  ['ingress-nginx', [], 10],
  ['observe', ['keys.values=null'], 9],
  ['minimal', ['service.type=NodePort', 'service.externalTrafficPolicy=Local', 'service.nodePort=null'], 10],
  ['minimal', ['allowlist.existingConfigMap=own-allowlist', 'allowlist.addresses=null'], 9],
] as const)('%s %j', async (values, settings, count) => {
  const { namespace, senderAddress } = place;
  const args = installArgs(namespace, senderAddress, settings);
  const printed = helm([...args, '--values', `${chart}/ci/${values}.yaml`, '--reset-values']);
  onTestFinished(() => void helm(['uninstall', 'hookgate', '--namespace', namespace, '--wait']));
  await untilRouted(namespace);
  const commands = [...printed.matchAll(/^ {5}((?:kubectl|helm|curl) .+)$/gm)].map(
    ([, text]) => text as string,
  );
  expect(commands).toHaveLength(count);
  for (const command of commands) await run(command.replace('ANOTHER_ADDRESS', '203.0.113.9'));
  console.log(`${values}: ${commands.length} commands were run`);
});

/** Those that go on until they are stopped are stopped once they have said something, or when the test ends. */
async function run(command: string): Promise<void> {
  if (/ --follow$| port-forward /.test(command)) {
    const child = spawn('bash', ['-c', `exec ${command}`], { cwd: root, env: environment() });
    onTestFinished(() => void child.kill());
    expect(await firstWords(child), command).toMatch(/"msg":"|Forwarding from/);
    if (/ --follow$/.test(command)) child.kill();
    return;
  }
  const ran = spawnSync('bash', ['-euo', 'pipefail', '-c', command], {
    cwd: root,
    encoding: 'utf8',
    env: environment(),
    timeout: 120_000,
  });
  expect(ran.status, `${command}\n${ran.stdout}${ran.stderr}`).toBe(0);
  if (command.includes('curl ')) expect(JSON.parse(ran.stdout)).toEqual(expect.any(Array));
}

/** An editor that leaves the file as it is stands for the person. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${programs}:${process.env.PATH}`, KUBE_EDITOR: 'true' };
}

function firstWords(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text) => {
        said += text;
        if (said.includes('\n')) resolve(said);
      });
    }
    child.on('close', (status) => reject(new Error(`ended with ${status}: ${said}`)));
  });
}
