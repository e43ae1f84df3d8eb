import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endpointOf, probedPort } from '../support/endpoint-lookup.ts';
import { apply, find, kubectl, send, tryKubectl, until } from './support/cluster.ts';
import { image } from './support/image.ts';
import { ask, createSidecarPlace, type SidecarPlace } from './support/sidecar-place.ts';
import { endpointPorts, podOf, waitForReady, waitForRollout } from './support/sidecar-pods.ts';
import {
  applicationContainer,
  applicationScript,
  deployment,
  httpGet,
  nodeContainer,
  pod,
  service,
  template,
} from './support/sidecar-workloads.ts';

let place: SidecarPlace;
let namespace: string;

beforeAll(async () => {
  place = await createSidecarPlace();
  namespace = place.namespace;
  await place.install();
});
afterAll(() => place?.remove());

const probesByName = {
  startupProbe: { ...httpGet('http'), failureThreshold: 30 },
  readinessProbe: httpGet('http'),
  livenessProbe: { tcpSocket: { port: 'http' }, periodSeconds: 1 },
};
const probesByNumber = {
  startupProbe: { ...httpGet(3000), failureThreshold: 30 },
  readinessProbe: { tcpSocket: { port: 3000 }, periodSeconds: 1 },
  livenessProbe: httpGet(3000),
};
const quiet = 'setInterval(() => {}, 1e9)';
const companion = nodeContainer(
  'companion',
  `require('node:http').createServer((_, r) => r.end()).listen(3100)`,
  {
    ports: [{ name: 'companion', containerPort: 3100 }],
    readinessProbe: httpGet('companion'),
  },
);

/** Each with its Service, and the name of its pods' label `app`. */
const workloads: Record<string, (name: string) => readonly object[]> = {
  'a Deployment whose three probes name the port': (name) => [
    deployment(namespace, name, 1, { containers: [applicationContainer(probesByName)] }),
    service(namespace, name),
  ],
  'a StatefulSet whose three probes have its number': (name) => [
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name, namespace },
      spec: {
        serviceName: name,
        selector: { matchLabels: { app: name } },
        template: template(name, { containers: [applicationContainer(probesByNumber)] }),
      },
    },
    service(namespace, name),
  ],
  'a Deployment with sidecars of its own, ordinary and native, and an init container': (name) => [
    deployment(namespace, name, 1, {
      containers: [companion, applicationContainer(), nodeContainer('quiet', quiet)],
      spec: {
        initContainers: [
          nodeContainer('first', 'process.exit(0)'),
          nodeContainer('native', quiet, { restartPolicy: 'Always' }),
        ],
      },
    }),
    service(namespace, name),
  ],
  'a DaemonSet with a port of another name': (name) => [
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name, namespace },
      spec: {
        selector: { matchLabels: { app: name } },
        template: template(name, {
          annotations: { 'hookgate.io/port': 'payment-events' },
          containers: [
            applicationContainer({
              ports: [{ name: 'payment-events', containerPort: 3000 }],
              readinessProbe: httpGet('payment-events'),
            }),
          ],
        }),
      },
    },
    service(namespace, name, 'payment-events'),
  ],
};

describe.each(Object.keys(workloads).map((what, index) => [what, `workload-${index}`] as const))(
  '%s',
  (what, name) => {
    beforeAll(async () => {
      apply(workloads[what]?.(name) ?? []);
      await until(
        'it has a pod',
        60,
        () => find(namespace, ['pods', '--selector', `app=${name}`], '{.items[*].metadata.name}') !== '',
      );
      waitForReady(namespace, `app=${name}`);
      const url = `http://${name}/`;
      await until('its Service leads to it', 30, () => ask(namespace, url) === '200 application /');
    });

    test('is reached through the sidecar only, and its probes find their ports', () => {
      const one = podOf(namespace, `app=${name}`);
      expect(endpointPorts(namespace, name)).toEqual([28080]);
      const targetPort = find(namespace, ['service', name], '{.spec.ports[0].targetPort}');
      expect(endpointOf(one, targetPort)).toEqual({ container: 'hookgate', number: 28080 });
      const app = one.spec.containers.find((container) => container.name === 'app') as Parameters<
        typeof probedPort
      >[0];
      const { readinessProbe: probe } = app as { readinessProbe?: { httpGet?: { port: string | number } } };
      if (probe?.httpGet) expect(probedPort(app, probe.httpGet.port)).toBe(3000);
    });

    test('takes a genuine event once, and no forged one', () => {
      const url = ['--url', `http://${name}/webhooks/juicyway`];
      expect(send(namespace, 'sender', name, url).status).toBe(0);
      expect(send(namespace, 'sender', name, url).status).toBe(0);
      expect(send(namespace, 'sender', `forged-${name}`, [...url, '--tamper', 'data']).stdout).toContain(
        '401',
      );
      expect(send(namespace, 'stranger', `forged-${name}`, url).stdout).toContain('403');
      const arrivals = place.arrivals();
      expect(arrivals[name]).toBe(1);
      expect(arrivals[`forged-${name}`]).toBeUndefined();
    });
  },
);

test('a bare pod with generateName is guarded, alone has the keys, and has no token of the application', async () => {
  kubectl(['create', '-f', '-'], pod(namespace, { generateName: 'bare-' }));
  waitForReady(namespace, 'app=bare');
  const { spec } = podOf(namespace, 'app=bare');
  const sidecar = spec.initContainers?.find(({ name }) => name === 'hookgate');
  const mounted = (container: typeof sidecar) =>
    Object.fromEntries((container?.volumeMounts ?? []).map(({ mountPath, name }) => [mountPath, name]));
  expect(mounted(sidecar)).toMatchObject({
    '/etc/hookgate/keys': 'hookgate-keys',
    '/var/run/secrets/kubernetes.io/serviceaccount': 'hookgate-no-token',
  });
  const app = mounted(spec.containers[0]);
  expect(Object.values(app).filter((name) => name.startsWith('hookgate-'))).toEqual([]);
  expect(app['/var/run/secrets/kubernetes.io/serviceaccount']).toMatch(/^kube-api-access-/);
});

test('a Job with the sidecar ends by itself', () => {
  const ends = nodeContainer('app', `${applicationScript} setTimeout(() => process.exit(0), 2000)`, {
    ports: [{ name: 'http', containerPort: 3000 }],
  });
  const work = { restartPolicy: 'Never', activeDeadlineSeconds: 100 };
  apply([
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'work', namespace },
      spec: { backoffLimit: 0, template: template('work', { containers: [ends], spec: work }) },
    },
  ]);
  kubectl(['wait', '--namespace', namespace, '--for=condition=Complete', 'job/work', '--timeout=120s']);
  const names = find(
    namespace,
    ['pods', '--selector', 'app=work'],
    '{.items[*].spec.initContainers[*].name}',
  );
  expect(names).toBe('hookgate');
});

test('a dry run on the server shows the same pod as the real one, and makes none', () => {
  const asked = pod(namespace, { name: 'dry' }, { containers: [applicationContainer(probesByName)] });
  const create = (...args: string[]) =>
    JSON.parse(kubectl(['create', '-f', '-', '--output', 'json', ...args], asked)) as { spec: object };
  const dry = create('--dry-run=server');
  expect(tryKubectl(['get', 'pod', 'dry', '--namespace', namespace]).status).toBe(1);
  const real = create();
  expect(withoutChance(dry.spec)).toEqual(withoutChance(real.spec));
  expect(JSON.stringify(real.spec)).toContain('http-app');
});

test('who makes a pod that cannot be guarded reads why, and what to do', () => {
  const refused = tryKubectl(
    ['create', '-f', '-'],
    pod(namespace, { name: 'refused' }, { containers: [nodeContainer('app', quiet)] }),
  );
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain(
    'hookgate cannot guard this pod: none of its containers has a TCP port called "http" (they declare no ports). ' +
      'Give the port that the Service targets a name, and name it in hookgate.io/port.',
  );
});

const portless = { containers: [nodeContainer('app', quiet)] };
const selector = { matchLabels: { app: 'portless' } };
const once = template('portless', { ...portless, spec: { restartPolicy: 'Never' } });
const refusable: Record<string, [apiVersion: string, spec: object]> = {
  Deployment: ['apps/v1', { replicas: 0, selector, template: template('portless', portless) }],
  StatefulSet: [
    'apps/v1',
    { replicas: 0, serviceName: 'portless', selector, template: template('portless', portless) },
  ],
  DaemonSet: ['apps/v1', { selector, template: template('portless', portless) }],
  Job: ['batch/v1', { suspend: true, template: once }],
  CronJob: ['batch/v1', { schedule: '0 0 1 1 *', jobTemplate: { spec: { template: once } } }],
};

test.each(Object.entries(refusable))(
  'who applies a %s whose pods would be refused is warned at once',
  (kind, [apiVersion, spec]) => {
    const object = { apiVersion, kind, metadata: { name: 'portless', namespace }, spec };
    const warned = tryKubectl(['create', '-f', '-', '--dry-run=server'], object);
    expect(warned.status, warned.stderr).toBe(0);
    expect(warned.stderr).toContain(
      `Warning: the pods of ${kind} portless will be refused: hookgate cannot guard this pod`,
    );
  },
);

test('who puts the label on the workload itself is warned at once', () => {
  const { spec, ...rest } = deployment(namespace, 'misplaced', 0);
  const { 'hookgate.io/inject': label, ...labels } = spec.template.metadata.labels as Record<string, string>;
  const metadata = { ...rest.metadata, labels: { 'hookgate.io/inject': label } };
  const misplaced = {
    ...rest,
    metadata,
    spec: { ...spec, template: { ...spec.template, metadata: { labels } } },
  };
  const warned = tryKubectl(['create', '-f', '-', '--dry-run=server'], misplaced);
  expect(warned.stderr).toContain('belongs on the pod template (spec.template.metadata.labels)');
});

test('a container called hookgate in the pod that is applied is no proof of anything: it is replaced', () => {
  const spoof = pod(
    namespace,
    { name: 'spoof' },
    { spec: { initContainers: [nodeContainer('hookgate', quiet, { restartPolicy: 'Always' })] } },
  );
  const made = JSON.parse(kubectl(['create', '-f', '-', '--dry-run=server', '--output', 'json'], spoof)) as {
    spec: { initContainers: { command?: string[]; args?: string[] }[] };
  };
  expect(made.spec.initContainers).toHaveLength(1);
  expect(made.spec.initContainers[0]?.command).toBeUndefined();
  expect(made.spec.initContainers[0]?.args?.[0]).toBe('serve');
});

test('a bare pod is applied once, and made anew by the command that its page names; a workload as often as one likes', () => {
  const bare = pod(namespace, { name: 'applied' });
  apply([bare, deployment(namespace, 'applied', 0)]);
  const again = tryKubectl(['apply', '-f', '-'], bare);
  expect(again.stderr).toContain('pod updates may not change fields other than');
  apply([deployment(namespace, 'applied', 0)]);
  kubectl(['label', 'pod', 'applied', '--namespace', namespace, 'of=mine']);
  kubectl(['replace', '--force', '--grace-period=1', '--filename', '-'], bare);
  expect(find(namespace, ['pod', 'applied'], '{.spec.initContainers[*].name}')).toBe('hookgate');
});

test('a copy of a guarded pod is guarded, where it keeps labels and annotations', () => {
  const copy = (name: string, ...keeping: string[]) =>
    tryKubectl([
      ...['debug', 'first-copied', '--namespace', namespace, `--copy-to=${name}`, '--container=app'],
      ...['--profile=restricted', `--set-image=app=${image}`, ...keeping],
    ]);
  apply([pod(namespace, { name: 'first-copied' })]);
  expect(copy('labels-alone', '--keep-labels').stderr).toContain('has a TCP port called "http"');
  const both = copy('both', '--keep-labels', '--keep-annotations');
  expect(both.status, both.stderr).toBe(0);
  expect(find(namespace, ['pod', 'both'], '{.spec.initContainers[*].name}')).toBe('hookgate');
  const neither = copy('neither');
  expect(neither.status, neither.stderr).toBe(0);
});

test('hookgate check in the pod warns that the application can be called past the gate', () => {
  const { metadata, status } = podOf(namespace, 'app=bare');
  const check = tryKubectl([
    ...['exec', '--namespace', namespace, metadata.name, '--container', 'hookgate', '--'],
    ...['/nodejs/bin/node', '/app/hookgate.js', 'check', '--config', '/etc/hookgate/config/hookgate.yaml'],
  ]);
  expect(check.stdout).toContain(`the application listens on ${status.podIP} port 3000`);
  expect(ask(namespace, `http://${status.podIP}:3000/`)).toBe('200 application /');
});

test('after helm uninstall the workloads start without sidecar, and nothing of the release is left', async () => {
  place.uninstall();
  const kinds =
    'mutatingwebhookconfigurations,validatingwebhookconfigurations,validatingadmissionpolicies,clusterroles';
  expect(kubectl(['get', kinds, '--output', 'name'])).not.toContain(namespace);
  kubectl(['rollout', 'restart', 'deployment/workload-0', '--namespace', namespace]);
  waitForRollout(namespace, 'deployment/workload-0');
  await until(
    'its Service leads to the application itself',
    60,
    () => endpointPorts(namespace, 'workload-0').join() === '3000',
  );
  expect(ask(namespace, 'http://workload-0/')).toBe('200 application /');
});

/** What every pod gets by chance: the name of its token's volume. */
function withoutChance(spec: object): unknown {
  return JSON.parse(JSON.stringify(spec).replace(/kube-api-access-\w+/g, 'kube-api-access'));
}
