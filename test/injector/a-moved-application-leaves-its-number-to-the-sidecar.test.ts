import { expect, test } from 'vitest';
import { endpointOf } from '../support/endpoint-lookup.ts';
import { containerOf, injected, injection, optedIn } from '../support/injection.ts';

const annotations = { 'hookgate.io/move-port': 'PORT=18080', 'hookgate.io/port': '3000' };
const unnamed = { ports: [{ containerPort: 3000 }] };

test('the sidecar listens on the number, and the application is told another one', () => {
  const pod = injected(optedIn({ annotations, container: unnamed }));
  expect(endpointOf(pod, 3000)).toEqual({ container: 'hookgate', number: 3000 });
  const app = containerOf(pod, 'app');
  expect(app.ports).toEqual([{ containerPort: 18080 }]);
  expect(app.env).toEqual([{ name: 'PORT', value: '18080' }]);
  expect(containerOf(pod, 'hookgate').env).toEqual(
    expect.arrayContaining([
      { name: 'HOOKGATE_UPSTREAM_URL', value: 'http://127.0.0.1:18080' },
      { name: 'HOOKGATE_LISTEN_PORT', value: '3000' },
    ]),
  );
});

test('the variable keeps its place, since others may be made of it', () => {
  const env = [
    { name: 'PORT', value: '3000' },
    { name: 'URL', value: 'http://me:$(PORT)' },
  ];
  const app = containerOf(injected(optedIn({ annotations, container: { ...unnamed, env } })), 'app');
  expect(app.env).toEqual([{ name: 'PORT', value: '18080' }, env[1]]);
});

test('a variable that stands there twice is the new one twice, since the kubelet takes the last', () => {
  const env = [
    { name: 'PORT', value: '3000' },
    { name: 'PORT', value: '3001' },
  ];
  const app = containerOf(injected(optedIn({ annotations, container: { ...unnamed, env } })), 'app');
  expect(app.env?.map(({ value }) => value)).toEqual(['18080', '18080']);
});

test('other containers that ask the number go on asking the application', () => {
  const container = (name: string, port: number) => ({ name, livenessProbe: { httpGet: { port } } });
  const spec = {
    containers: [{ name: 'app', ...unnamed }, container('other', 3000), container('third', 3001)],
    initContainers: [{ ...container('native', 3000), restartPolicy: 'Always' }],
  };
  const pod = injected(optedIn({ annotations, spec }));
  const asked = (name: string) => containerOf(pod, name).livenessProbe?.httpGet?.port;
  expect([asked('other'), asked('third'), asked('native')]).toEqual([18080, 3001, 18080]);
  expect(injection(pod)).toMatchObject({ kind: 'injected', patch: [] });
});

test('a handler that asks another host asks the port that it asked', () => {
  const host = 'registry.example';
  const container = {
    ports: [{ name: 'web', containerPort: 3000 }],
    lifecycle: { postStart: { httpGet: { host, port: 3000 } }, preStop: { httpGet: { host, port: 'web' } } },
  };
  const { lifecycle } = containerOf(injected(optedIn({ annotations, container })), 'app');
  expect(lifecycle?.postStart?.httpGet).toEqual({ host, port: 3000 });
  expect(lifecycle?.preStop?.httpGet).toEqual({ host, port: 3000 });
});

test('probes by number and by name ask the new port', () => {
  const container = {
    ports: [{ name: 'web', containerPort: 3000 }],
    readinessProbe: { httpGet: { port: 3000 } },
    livenessProbe: { httpGet: { port: 'web' } },
    startupProbe: { tcpSocket: { port: 4000 } },
  };
  const pod = injected(optedIn({ annotations, container }));
  const app = containerOf(pod, 'app');
  expect(app.readinessProbe?.httpGet?.port).toBe(18080);
  expect(app.livenessProbe?.httpGet?.port).toBe(18080);
  expect(app.startupProbe?.tcpSocket?.port).toBe(4000);
  // A Service may target the number or the name: both lead to the sidecar.
  expect(endpointOf(pod, 'web')).toEqual({ container: 'hookgate', number: 3000 });
  expect(endpointOf(pod, 3000)).toEqual({ container: 'hookgate', number: 3000 });
});

test('without a readiness probe it gets one, so that an application that ignores the variable is never ready', () => {
  const app = containerOf(injected(optedIn({ annotations, container: unnamed })), 'app');
  expect(app.readinessProbe?.tcpSocket?.port).toBe(18080);
});
