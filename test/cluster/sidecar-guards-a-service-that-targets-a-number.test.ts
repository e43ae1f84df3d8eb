import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, find, helm, kubectl, send, tryKubectl, until, untilGuarded } from './support/cluster.ts';
import { ask, createSidecarPlace, release, type SidecarPlace } from './support/sidecar-place.ts';
import { endpointPorts, podOf, untilRestarted, waitForRollout } from './support/sidecar-pods.ts';
import {
  applicationContainer,
  deployment,
  httpGet,
  nodeContainer,
  pod,
  service,
} from './support/sidecar-workloads.ts';

let place: SidecarPlace;
let namespace: string;

beforeAll(async () => {
  place = await createSidecarPlace();
  namespace = place.namespace;
  await place.install();
});
afterAll(() => place?.remove());

const numbered = {
  containers: [applicationContainer({ ports: [{ containerPort: 3000 }], readinessProbe: httpGet(3000) })],
};
const url = (name: string) => ['--url', `http://${name}/webhooks/juicyway`];

test('the patches that the notes print hand the port over, and their undo gives it back', async () => {
  const { spec, ...rest } = deployment(namespace, 'shop', 1, numbered);
  const { 'hookgate.io/inject': _, ...labels } = spec.template.metadata.labels as Record<string, string>;
  const unlabelled = { ...spec, template: { ...spec.template, metadata: { labels } } };
  apply([{ ...rest, spec: unlabelled }, service(namespace, 'shop', 3000)]);
  waitForRollout(namespace, 'deployment/shop');
  await leadsTo('shop', 3000);

  const notes = helm(['get', 'notes', release, '--namespace', namespace]);
  const commands = commandsIn(notes, {
    NAMESPACE: namespace,
    NAME: 'shop',
    SERVICE: 'shop',
    CONTAINER: 'app',
  });
  const [label, name, wait, target, undo, unlabel] = [
    '"labels":{"hookgate.io/inject":"true"}',
    '"containers":[',
    'rollout status deployment/shop',
    '"value":"http"',
    '"value":3000',
    '"labels":{"hookgate.io/inject":null}',
  ].map((part) => commands.find((command) => command.includes(part)) ?? 'missing') as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];

  for (const command of [name, wait, target]) run(command);
  await leadsTo('shop', 3000);
  run(label);
  waitForRollout(namespace, 'deployment/shop');
  await leadsTo('shop', 28080);
  await untilGuarded(namespace, 'shop');
  expect(send(namespace, 'sender', 'named', url('shop')).status).toBe(0);
  expect(send(namespace, 'sender', 'forged', [...url('shop'), '--tamper', 'data']).stdout).toContain('401');

  run(unlabel);
  waitForRollout(namespace, 'deployment/shop');
  await leadsTo('shop', 3000);
  run(undo);
  expect(find(namespace, ['service', 'shop'], '{.spec.ports[0].targetPort}')).toBe('3000');
  await leadsTo('shop', 3000);
  expect(place.arrivals()).toEqual({ named: 1 });
});

test('an application that reads its port from a variable moves, and the sidecar has the number, also after restarts', async () => {
  const annotations = { 'hookgate.io/port': '3000', 'hookgate.io/move-port': 'PORT=18080' };
  apply([deployment(namespace, 'moved', 1, { ...numbered, annotations }), service(namespace, 'moved', 3000)]);
  waitForRollout(namespace, 'deployment/moved');
  await untilGuarded(namespace, 'moved');
  const forged = () => send(namespace, 'sender', 'forged', [...url('moved'), '--tamper', 'data']).stdout;
  expect(forged()).toContain('401');
  expect(send(namespace, 'sender', 'moved', url('moved')).status).toBe(0);
  const one = podOf(namespace, 'app=moved');
  expect(ask(namespace, `http://${one.status.podIP}:18080/`)).toBe('200 application /');
  for (const container of ['hookgate', 'app']) {
    const node = ['/nodejs/bin/node', '-e', "process.kill(1, 'SIGTERM')"];
    tryKubectl([
      'exec',
      '--namespace',
      namespace,
      one.metadata.name,
      '--container',
      container,
      '--',
      ...node,
    ]);
    await untilRestarted(namespace, one, container);
    await until('forged events are refused again', 30, () => forged().includes('401'));
  }
  expect(place.arrivals()).toEqual({ named: 1, moved: 1 });
});

test('the pod of an application that ignores the variable never becomes ready', async () => {
  const deaf = `require('node:http').createServer((_, response) => response.end('deaf')).listen(3000).on('error', () => {})`;
  const containers = [
    nodeContainer('app', deaf, { ports: [{ containerPort: 3000 }], readinessProbe: httpGet(3000) }),
  ];
  const annotations = { 'hookgate.io/port': '3000', 'hookgate.io/move-port': 'PORT=18080' };
  apply([pod(namespace, { name: 'deaf' }, { containers, annotations }), service(namespace, 'deaf', 3000)]);
  const probed = () =>
    find(
      namespace,
      ['events', '--field-selector', 'involvedObject.name=deaf,reason=Unhealthy'],
      '{.items[*].message}',
    );
  await until('its readiness was asked at the new port', 60, () => probed().includes(':18080'));
  expect(find(namespace, ['pod', 'deaf'], '{.status.conditions[?(@.type=="Ready")].status}')).toBe('False');
  expect(
    find(
      namespace,
      ['endpointslices', '--selector', 'kubernetes.io/service-name=deaf'],
      '{.items[*].endpoints[*].conditions.ready}',
    ),
  ).toBe('false');
});

test("the sidecar's usual number is free in a pod whose application moves, for it or for another container", () => {
  const containers = (usual: number) => [
    nodeContainer('app', '', { ports: [{ containerPort: 3000 }] }),
    nodeContainer('other', '', { ports: [{ containerPort: usual }] }),
  ];
  const made = (name: string, move: string, usual: number) =>
    tryKubectl(
      ['create', '--dry-run=server', '-f', '-'],
      pod(
        namespace,
        { name },
        {
          containers: containers(usual),
          annotations: { 'hookgate.io/port': '3000', 'hookgate.io/move-port': `PORT=${move}` },
        },
      ),
    );
  expect(made('onto', '28080', 4000).stderr).toBe('');
  expect(made('beside', '18080', 28080).stderr).toBe('');
  expect(made('admin', '18080', 29090).stderr).toContain('port 29090, which the sidecar needs');
});

test('a Service that publishes addresses that are not ready keeps the application from moving', () => {
  const published = service(namespace, 'published', 3000);
  apply([{ ...published, spec: { ...published.spec, publishNotReadyAddresses: true } }]);
  const annotations = { 'hookgate.io/port': '3000', 'hookgate.io/move-port': 'PORT=18080' };
  const refused = tryKubectl(
    ['create', '-f', '-'],
    pod(namespace, { name: 'published' }, { ...numbered, annotations }),
  );
  expect(refused.stderr).toContain('Service published has publishNotReadyAddresses and selects it');
});

async function leadsTo(name: string, port: number): Promise<void> {
  await until(
    `Service ${name} leads to ${port} only`,
    60,
    () => endpointPorts(namespace, name).join() === String(port),
  );
  await until('it answers', 30, () => ask(namespace, `http://${name}/`) === '200 application /');
}

/** The kubectl commands of the notes, each as one line, with these words in the place of those in capitals. */
function commandsIn(notes: string, words: Readonly<Record<string, string>>): string[] {
  const lines = notes
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim());
  return lines
    .filter((line) => line.startsWith('kubectl '))
    .map((line) => line.replace(/\b(NAMESPACE|NAME|SERVICE|CONTAINER)\b/g, (word) => words[word] ?? word));
}

/** Words are apart by spaces, and quoted by single quotes only. */
function run(command: string): void {
  const [program, ...args] = (command.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^'|'$/g, ''));
  expect(program, command).toBe('kubectl');
  kubectl(args);
}
