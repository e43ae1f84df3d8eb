import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apply, find, kubectl, nodeIn, send, tryKubectl, until } from './support/cluster.ts';
import { serversImage } from './support/image.ts';
import { ask, createSidecarPlace, type SidecarPlace } from './support/sidecar-place.ts';
import { waitForReady } from './support/sidecar-pods.ts';
import { nodeContainer, pod, service, type TemplateParts } from './support/sidecar-workloads.ts';

const nginxConfig = `
  daemon off; pid /tmp/nginx.pid; error_log stderr;
  events {}
  http {
    access_log off;
    client_body_temp_path /tmp/b; proxy_temp_path /tmp/p; fastcgi_temp_path /tmp/f; uwsgi_temp_path /tmp/u; scgi_temp_path /tmp/s;
    server {
      listen 3000; listen [::]:3000;
      location / { return 200 page; }
      location /server-status { stub_status; allow 127.0.0.1; allow ::1; deny all; }
    }
  }
`;
const apacheConfig = `
  ServerRoot /usr/lib/apache2
  LoadModule mpm_event_module modules/mod_mpm_event.so
  LoadModule authz_core_module modules/mod_authz_core.so
  LoadModule authz_host_module modules/mod_authz_host.so
  LoadModule status_module modules/mod_status.so
  ServerName application
  Listen 3000
  PidFile /tmp/apache.pid
  DefaultRuntimeDir /tmp
  Mutex file:/tmp
  ErrorLog /dev/stderr
  DocumentRoot /
  <Location /server-status>
    SetHandler server-status
    Require local
  </Location>
  <Location /open-status>
    SetHandler server-status
    Require all granted
  </Location>
`;

let place: SidecarPlace;
let namespace: string;

beforeAll(async () => {
  place = await createSidecarPlace();
  namespace = place.namespace;
  apply([
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'servers', namespace },
      data: { 'nginx.conf': nginxConfig, 'apache.conf': apacheConfig },
    },
  ]);
});
afterAll(() => place?.remove());

const serverPod = (command: readonly string[], path: string): TemplateParts => ({
  containers: [
    nodeContainer('app', '', {
      image: serversImage,
      command,
      ports: [{ name: 'http', containerPort: 3000 }],
      readinessProbe: { httpGet: { path, port: 'http' }, periodSeconds: 1 },
      volumeMounts: [
        { name: 'config', mountPath: '/config' },
        { name: 'tmp', mountPath: '/tmp' },
      ],
    }),
  ],
  spec: {
    volumes: [
      { name: 'config', configMap: { name: 'servers' } },
      { name: 'tmp', emptyDir: {} },
    ],
  },
});
const nginx = serverPod(['/bin/nginx', '-e', 'stderr', '-c', '/config/nginx.conf'], '/');
const apache = serverPod(['/bin/apache2', '-D', 'FOREGROUND', '-f', '/config/apache.conf'], '/open-status');
/** Answers at one address only; its probes do not ask the network. */
const listeningOn = (host: string, annotations?: Record<string, string>): TemplateParts => ({
  ...(annotations && { annotations }),
  containers: [
    nodeContainer(
      'app',
      `require('node:http').createServer((request, response) => request.resume().on('end', () => response.end('at ' + request.socket.localAddress))).listen(3000, ${host})`,
      {
        ports: [{ name: 'http', containerPort: 3000 }],
        env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
      },
    ),
  ],
});

describe.each(['webhook', 'policy'])('injector.mode %s', (mode) => {
  const named = (name: string) => `${name}-${mode}`;
  const start = (name: string, parts: TemplateParts) =>
    apply([pod(namespace, { name: named(name) }, parts), service(namespace, named(name))]);
  const answer = (name: string, path: string) => ask(namespace, `http://${named(name)}${path}`);
  const readiness = (name: string): string =>
    nodeIn(
      namespace,
      'sender',
      `process.stdout.write(await (await fetch('http://${find(namespace, ['pod', named(name)], '{.status.podIP}')}:29090/readyz')).text())`,
    ).stdout;

  beforeAll(async () => {
    place.uninstall();
    await place.install([`injector.mode=${mode}`]);
    start('nginx', nginx);
    start('apache', apache);
    start('pod-only', listeningOn('process.env.POD_IP'));
    start('loopback-only', listeningOn("'127.0.0.1'"));
    start('loopback', listeningOn("'127.0.0.1'", { 'hookgate.io/upstream': 'loopback' }));
    for (const name of ['nginx', 'apache', 'pod-only', 'loopback'])
      waitForReady(namespace, `app=${named(name)}`);
    for (const [name, path] of [
      ['nginx', '/'],
      ['apache', '/open-status'],
      ['pod-only', '/'],
      ['loopback', '/'],
    ] as const)
      await until(`Service ${name} leads to it`, 60, () => answer(name, path).startsWith('200 '));
  });
  afterAll(
    () =>
      void kubectl([
        'delete',
        'pod',
        '--namespace',
        namespace,
        '--selector',
        'hookgate.io/inject',
        '--wait=false',
      ]),
  );

  test('what nginx gives to 127.0.0.1 only stays shut', () => {
    expect(answer('nginx', '/')).toBe('200 page');
    expect(answer('nginx', '/server-status')).toMatch(/^403 /);
  });

  test("what Apache gives to its own machine (Require local) is open, as documented: it is given to the pod's address", () => {
    expect(answer('apache', '/server-status')).toMatch(/^200 /);
  });

  test("an application that listens on the pod's address only works, events included", () => {
    const address = find(namespace, ['pod', named('pod-only')], '{.status.podIP}');
    expect(answer('pod-only', '/')).toBe(`200 at ${address}`);
    const url = ['--url', `http://${named('pod-only')}/webhooks/juicyway`];
    expect(send(namespace, 'sender', `event-${mode}`, url).status).toBe(0);
  });

  test('an application that listens on loopback only is not ready, and readiness says why', async () => {
    await until('readiness says it', 60, () =>
      readiness('loopback-only').includes('hookgate.io/upstream: loopback'),
    );
    const ready = '{.status.conditions[?(@.type=="Ready")].status}';
    expect(find(namespace, ['pod', named('loopback-only')], ready)).toBe('False');
  });

  test('with the annotation it is called there, and works', () => {
    expect(answer('loopback', '/')).toBe('200 at 127.0.0.1');
  });
});

test('sidecar.denyPaths refuses what Apache gives to its own machine', async () => {
  await place.install(['injector.mode=policy', 'sidecar.denyPaths={/server-status}']);
  apply([pod(namespace, { name: 'denied' }, apache), service(namespace, 'denied')]);
  waitForReady(namespace, 'app=denied');
  await until('its Service leads to it', 60, () =>
    ask(namespace, 'http://denied/open-status').startsWith('200 '),
  );
  for (const path of ['/server-status', '/server-status/', '/server-status?auto', '/Server-Status'])
    expect(ask(namespace, `http://denied${path}`), path).toMatch(/^404 /);
});

test('who applies hookgate.io/upstream: loopback is warned', async () => {
  place.uninstall();
  await place.install();
  const parts = listeningOn("'127.0.0.1'", { 'hookgate.io/upstream': 'loopback' });
  const warned = tryKubectl(
    ['create', '-f', '-', '--dry-run=server'],
    pod(namespace, { name: 'warned' }, parts),
  );
  expect(warned.stderr).toContain('Warning: hookgate.io/upstream is loopback');
});
