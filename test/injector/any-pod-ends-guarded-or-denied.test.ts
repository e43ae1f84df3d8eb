import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Container, Pod } from '../../src/injector/pod.ts';
import { applyJsonPatch } from '../support/apply-json-patch.ts';
import { endpointOf, probedPort } from '../support/endpoint-lookup.ts';
import { injection, kubernetes129, today } from '../support/injection.ts';

const portName = fc.constantFrom(
  'http',
  'web',
  'metrics',
  'http-app',
  'http-app2',
  'fifteen-letters',
  undefined,
);
const port = fc.record(
  {
    name: portName,
    containerPort: fc.constantFrom(80, 3000, 3001, 8080, 9090, 18080, 28080),
    protocol: fc.constantFrom('TCP', 'UDP', undefined),
  },
  { requiredKeys: ['containerPort'] },
);
const reference = fc.constantFrom<string | number>('http', 'web', 3000, 3001);
const handler = fc.oneof(
  reference.map((at) => ({ httpGet: { path: '/', port: at } })),
  reference.map((at) => ({ tcpSocket: { port: at } })),
  fc.constant({ exec: { command: ['true'] } }),
);
const optional = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });
const container = (name: string) =>
  fc.record({
    name: fc.constant(name),
    image: fc.constant('app:1'),
    ports: optional(
      fc.uniqueArray(port, { maxLength: 3, selector: ({ name: own }) => own ?? Math.random() }),
    ),
    env: optional(fc.constantFrom([{ name: 'PORT', value: '3000' }], [{ name: 'A/~b', value: '' }])),
    readinessProbe: optional(handler),
    livenessProbe: optional(handler),
    startupProbe: optional(handler),
    lifecycle: optional(fc.record({ preStop: optional(handler), postStart: optional(handler) })),
  });
const fake = fc.constantFrom(undefined, {
  name: 'hookgate',
  image: 'evil:1',
  env: [{ name: 'HOOKGATE_UPSTREAM_URL', value: 'http://127.0.0.1:3000' }],
  ports: [{ name: 'http', containerPort: 1 }],
});

const pods = fc
  .record({
    containers: fc.tuple(container('app'), optional(container('other'))),
    inits: optional(fc.tuple(container('init'), container('native'))),
    fake,
    fakeNative: fake,
    volumes: optional(fc.constantFrom([], [{ name: 'data', emptyDir: {} }])),
    annotations: fc.constantFrom<Record<string, string> | undefined>(
      undefined,
      { 'hookgate.io/port': 'web' },
      { 'hookgate.io/port': 'fifteen-letters' },
      { 'hookgate.io/port': '3000', 'hookgate.io/move-port': 'PORT=18081' },
      { 'hookgate.io/move-port': 'PORT=18081', 'hookgate.io/stop-delay': '0' },
    ),
    restartPolicy: fc.constantFrom('Always', 'Never', undefined),
    terminationGracePeriodSeconds: fc.constantFrom(0, 30, 300, undefined),
  })
  .map(({ containers, inits, fake: first, fakeNative, annotations, ...spec }): Pod => {
    const native = fakeNative && { ...fakeNative, restartPolicy: 'Always' };
    const initContainers =
      inits && [inits[0], native, { ...inits[1], restartPolicy: 'Always' }].filter(Boolean);
    const pod = {
      metadata: { generateName: 'shop-', labels: { 'hookgate.io/inject': 'true' }, annotations },
      spec: { ...spec, containers: [containers[0], containers[1], first].filter(Boolean), initContainers },
    };
    return JSON.parse(JSON.stringify(pod)) as Pod;
  });

test('the sidecar owns the port, every probe resolves, a second pass gives an empty patch, nothing else is lost', () => {
  let guarded = 0;
  fc.assert(
    fc.property(pods, fc.constantFrom(today, kubernetes129), (pod, features) => {
      const result = injection(pod, features);
      expect(result.kind).not.toBe('not opted in');
      if (result.kind !== 'injected') return;
      guarded++;
      const after = applyJsonPatch(pod, result.patch) as Pod;
      expect(after).toEqual(result.pod);
      const wanted = result.optIn.port;
      expect(endpointOf(after, wanted)?.container).toBe('hookgate');

      const all = [...after.spec.containers, ...(after.spec.initContainers ?? [])];
      expect(all.filter(({ name }) => name === 'hookgate')).toHaveLength(1);
      expect(JSON.stringify(after)).not.toContain('evil');
      for (const one of all) {
        const before = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find(
          ({ name }) => name === one.name,
        );
        for (const [where, at] of portsAsked(one)) {
          const oldAt = before && portsAsked(before).get(where);
          // A probe that resolved before resolves now; one that never did is none of ours.
          if (oldAt !== undefined && probedPort(before as typeof one, oldAt) !== undefined)
            expect(probedPort(one, at)).toBeDefined();
        }
        const names = (one.ports ?? []).flatMap(({ name }) => (name === undefined ? [] : [name]));
        expect(new Set(names).size).toBe(names.length);
        for (const name of names) expect(name.length).toBeLessThanOrEqual(15);
      }
      const again = injection(after, features);
      expect(again).toMatchObject({ kind: 'injected', patch: [] });
    }),
    { numRuns: 4000 },
  );
  expect(guarded).toBeGreaterThan(100);
});

/** What each probe and handler asks for. */
function portsAsked({ startupProbe, readinessProbe, livenessProbe, lifecycle }: Container) {
  const handlers = { startupProbe, readinessProbe, livenessProbe, ...lifecycle };
  return new Map(
    Object.entries(handlers).flatMap(([where, handler]) => {
      const port = handler?.httpGet?.port ?? handler?.tcpSocket?.port;
      return port === undefined ? [] : [[where, port] as const];
    }),
  );
}
