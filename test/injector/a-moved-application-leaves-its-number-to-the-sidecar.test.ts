import { expect, test } from 'vitest';
import { endpointOf } from '../support/endpoint-lookup.ts';
import { containerOf, injected, optedIn } from '../support/injection.ts';

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
