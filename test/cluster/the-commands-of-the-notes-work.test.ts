/** What `helm install` prints is typed by the next person as it stands: every command of it is run here. */
import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { chart } from '../support/helm.ts';
import { apply, helm, installArgs, untilRouted } from './support/cluster.ts';
import { createNeighbourhood, type Neighbourhood } from './support/neighbourhood.ts';
import { createShell, type Shell } from './support/page-blocks.ts';

let place: Neighbourhood;

beforeAll(async () => {
  place = await createNeighbourhood();
  const metadata = { name: 'own-allowlist', namespace: place.namespace };
  const data = { 'allowlist.yaml': `addresses: [${place.senderAddress}]` };
  apply([{ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }]);
});
afterAll(() => place?.remove());

const nodePort = ['service.type=NodePort', 'service.externalTrafficPolicy=Local', 'service.nodePort=null'];
const ownList = ['allowlist.existingConfigMap=own-allowlist', 'allowlist.addresses=null'];

/** Helm's version, a values file of the chart, other values beside it, and how many commands the notes have. */
test.each([
  [4, 'minimal', [], 9],
  [3, 'minimal', [], 9],
  [4, 'ingress-nginx', [], 10],
  [4, 'observe', ['keys.values=null'], 9],
  [4, 'minimal', nodePort, 10],
  [4, 'minimal', ownList, 9],
] as const)('Helm %d, %s %j', async (major, values, settings, count) => {
  const { namespace, senderAddress } = place;
  const args = installArgs(namespace, senderAddress, settings);
  const printed = helm([...args, '--values', `${chart}/ci/${values}.yaml`], major);
  onTestFinished(() => void helm(['uninstall', 'hookgate', '--namespace', namespace, '--wait'], major));
  await untilRouted(namespace);
  const commands = [...printed.matchAll(/^ {5}((?:kubectl|helm|curl) .+)$/gm)].map(
    ([, text]) => text as string,
  );
  expect(commands).toHaveLength(count);
  // An editor that leaves the file as it is stands for the person.
  const shell = createShell({ KUBE_EDITOR: 'true' }, major);
  for (const command of commands) await run(shell, command.replace('ANOTHER_ADDRESS', '203.0.113.9'));
  console.log(`Helm ${major}, ${values}: ${commands.length} commands were run`);
});

/** Those that go on until they are stopped have said something. */
async function run(shell: Shell, command: string): Promise<void> {
  if (/ --follow$| port-forward /.test(command)) {
    expect(await firstWords(shell.start(command)), command).toMatch(/"msg":"|Forwarding from/);
    return;
  }
  const printed = shell.run(command);
  if (command.startsWith('curl ')) expect(JSON.parse(printed)).toEqual(expect.any(Array));
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
