import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chart } from '../support/helm.ts';
import {
  apply,
  findInGatePods,
  helm,
  installArgs,
  kubectl,
  send,
  until,
  untilRouted,
} from './support/cluster.ts';
import { valkeyImage } from './support/image.ts';
import { createNeighbourhood, type Neighbourhood } from './support/neighbourhood.ts';
import { type Prometheus, rulesOfChart, startPrometheus } from './support/prometheus.ts';

let place: Neighbourhood;
let prometheus: Prometheus;

beforeAll(async () => {
  place = await createNeighbourhood();
  apply(storeObjects());
  kubectl(['wait', 'pod/store', '--for=condition=Ready', '--namespace', place.namespace, '--timeout=60s']);
  const url = `redis://store.${place.namespace}.svc:6379`;
  const store = ['duplicates.store=redis', `duplicates.redis.url=${url}`];
  helm(installArgs(place.namespace, place.senderAddress, store));
  await untilRouted(place.namespace);
  const addressOfGate = findInGatePods(place.namespace, '{.items[0].status.podIP}');
  prometheus = await startPrometheus(place.namespace, `${addressOfGate}:9090`);
});
afterAll(() => place?.remove());

test('an alert of the chart fires when events are refused, and not before', async () => {
  send(place.namespace, 'sender', 'genuine');
  send(place.namespace, 'sender', 'genuine');
  // The counter begins with the first refusal; what it grows by is counted from there.
  send(place.namespace, 'sender', 'forged', ['--tamper', 'data']);
  await until(
    'the first refusal is scraped',
    60,
    () => prometheus.query('hookgate_rejections_total > 0').length > 0,
  );
  expect(prometheus.firing()).toEqual([]);
  send(place.namespace, 'sender', 'forged', ['--tamper', 'data', '--times', '30']);
  const seconds = await until('the alert fires', 120, () =>
    prometheus.firing().includes('HookgateEventsRefused'),
  );
  console.log(`HookgateEventsRefused: firing ${seconds} s after 30 forged events`);
});

test('every metric that the dashboard and the rules ask for has series, and every query is valid', () => {
  const rules = rulesOfChart(place.namespace).groups.flatMap((group) => group.rules.map(({ expr }) => expr));
  const panels = queriesOfDashboard();
  const selectors = new Set(
    [...rules, ...panels].flatMap((text) => text.match(/hookgate_\w+\{[^}]*\}/g) ?? []),
  );
  expect(rules.length).toBeGreaterThan(9);
  expect(panels.length).toBeGreaterThan(15);
  prometheus.queryAll(rules);
  const silent = withoutSeries(panels);
  const unknown = withoutSeries([...selectors]);
  console.log(
    `${rules.length} rules valid, ${panels.length - silent.length} of ${panels.length} panel queries with series`,
  );
  expect(silent).toEqual([]);
  expect(unknown).toEqual([]);
});

function withoutSeries(expressions: readonly string[]): readonly string[] {
  const series = prometheus.queryAll(expressions);
  return expressions.filter((_, index) => series[index]?.length === 0);
}

interface Fault {
  readonly alert: string;
  make(): void;
  mend(): void;
}

const faults: readonly Fault[] = [
  {
    alert: 'HookgateAllowlistEmpty',
    make: () => setAllowlist('addresses: []'),
    mend: () => setAllowlist(`addresses: [${place.senderAddress}]`),
  },
  {
    alert: 'HookgateReloadFailing',
    make: () => patchSecret({ data: { empty: '' } }),
    mend: () => patchSecret({ data: { empty: null } }),
  },
  {
    alert: 'HookgateStoreDown',
    make: () => kubectl(['delete', 'pod', 'store', '--namespace', place.namespace, '--grace-period=1']),
    mend: () => apply(storeObjects()),
  },
];

test.each(faults)(
  '$alert fires, and falls silent once its cause is mended',
  async ({ alert, make, mend }) => {
    expect(prometheus.firing()).not.toContain(alert);
    make();
    const fired = await until(`${alert} fires`, 150, () => prometheus.firing().includes(alert));
    mend();
    const silent = await until(`${alert} is silent`, 150, () => !prometheus.firing().includes(alert));
    console.log(`${alert}: firing ${fired} s after its cause, silent ${silent} s after the remedy`);
  },
);

test('the 48-hour clock alerts one after the other, and falls silent once the application accepts the event', async () => {
  const undelivered = () =>
    prometheus.firing().filter((alert) => alert.startsWith('HookgateEventUndelivered'));
  // The store was away just before; its alert is silent once it answers, the gate's connections to it follow.
  await until('events go through', 60, () => send(place.namespace, 'sender', 'through').status === 0);
  expect(undelivered()).toEqual([]);
  const bringBack = takeApplicationAway();
  // Until the nodes know that it has gone, a delivery may end in another way.
  await until('the application is missed', 60, () =>
    send(place.namespace, 'sender', 'waiting').stdout.includes('502'),
  );
  const seen: string[] = [];
  const seconds = await until('the last alert fires', 150, () => {
    for (const alert of undelivered()) if (!seen.includes(alert)) seen.push(alert);
    return seen.length === 3;
  });
  expect(seen).toEqual(['1h', '24h', '40h'].map((age) => `HookgateEventUndelivered${age}`));
  bringBack();
  await until('the event is accepted', 60, () => send(place.namespace, 'sender', 'waiting').status === 0);
  const silent = await until('the clock is silent', 60, () => undelivered().length === 0);
  console.log(
    `HookgateEventUndelivered (a second for an hour): all fire after ${seconds} s, silent ${silent} s after the event was accepted`,
  );
});

test('HookgateDown fires when the gate is gone', async () => {
  helm(['uninstall', 'hookgate', '--namespace', place.namespace, '--wait']);
  const seconds = await until('it fires', 150, () => prometheus.firing().includes('HookgateDown'));
  console.log(`HookgateDown: firing ${seconds} s after the release was uninstalled`);
});

/** Gives what starts it again, with nothing that it remembers. */
function takeApplicationAway(): () => void {
  const pod = ['pod', 'application', '--namespace', place.namespace];
  const { spec, metadata } = JSON.parse(kubectl(['get', ...pod, '--output', 'json']));
  kubectl(['delete', ...pod]);
  const { name, namespace, labels } = metadata;
  return () => apply([{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels }, spec }]);
}

function setAllowlist(text: string): void {
  const patch = JSON.stringify({ data: { 'allowlist.yaml': text } });
  kubectl(['patch', 'configmap', 'hookgate-allowlist', '--namespace', place.namespace, '--patch', patch]);
}

function patchSecret(patch: object): void {
  const args = ['patch', 'secret', 'hookgate-keys', '--namespace', place.namespace];
  kubectl([...args, '--patch', JSON.stringify(patch)]);
}

/** A shared store that can be taken away: a pod, and its Service. */
function storeObjects(): readonly object[] {
  const metadata = { name: 'store', namespace: place.namespace, labels: { app: 'store' } };
  const container = {
    name: 'store',
    image: valkeyImage,
    imagePullPolicy: 'IfNotPresent',
    command: ['valkey-server', '--save', '', '--protected-mode', 'no'],
    readinessProbe: { tcpSocket: { port: 6379 }, periodSeconds: 1 },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  };
  const securityContext = {
    runAsNonRoot: true,
    runAsUser: 65532,
    seccompProfile: { type: 'RuntimeDefault' },
  };
  return [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: { automountServiceAccountToken: false, securityContext, containers: [container] },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: { app: 'store' }, ports: [{ port: 6379 }] },
    },
  ];
}

function queriesOfDashboard(): readonly string[] {
  const dashboard = JSON.parse(readFileSync(`${chart}/files/dashboard.json`, 'utf8')) as {
    panels: { targets?: { expr: string }[] }[];
  };
  return dashboard.panels
    .flatMap(({ targets }) => targets ?? [])
    .map(({ expr }) =>
      expr
        .replaceAll('$namespace', place.namespace)
        .replaceAll('$job', 'hookgate-admin')
        .replaceAll('$route', '.*')
        .replaceAll('$__rate_interval', '5m')
        // A panel that shows only what there is has nothing to show here.
        .replace(/ > 0$/, ''),
    );
}
