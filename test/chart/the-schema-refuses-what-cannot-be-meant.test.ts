import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { helmsAtHand } from '../setup/install-helm.ts';
import { chart, template } from '../support/helm.ts';

const minimal = ['-f', `${chart}/ci/minimal.yaml`];

/** Arguments, and the place that the refusal points at. */
const cases: readonly (readonly [what: string, args: readonly string[], at: string])[] = [
  ['a route without path', ['--set-json', 'routes=[{"name":"a"}]'], '/routes/0'],
  ['a path that is no text', ['--set', 'routes[0].path=7'], '/routes/0/path'],
  ['a duration without unit', ['--set-string', 'upstream.timeout=25'], '/upstream/timeout'],
  ['an authority for plain HTTP', ['--set', 'upstream.caConfigMap=ca'], '/upstream/url'],
  ['a privileged port', ['--set', 'listen.port=80'], '/listen/port'],
  ['a text that is no digest', ['--set', 'image.digest=latest'], '/image/digest'],
  [
    'a Redis password in the URL',
    ['--set', 'duplicates.redis.url=redis://:pw@x:6379'],
    '/duplicates/redis/url',
  ],
  ['sentinels without master', ['--set', 'duplicates.redis.sentinels={a:26379}'], '/duplicates/redis/master'],
  [
    'a claim for redis',
    ['--set', 'persistence.enabled=true,duplicates.store=redis,duplicates.redis.url=redis://x'],
    '/duplicates/store',
  ],
  ['a claim that is not used', ['--set', 'persistence.existingClaim=c'], '/persistence/enabled'],
  ['a node port on ClusterIP', ['--set', 'service.nodePort=30080'], '/service/type'],
  [
    'addresses beside a ConfigMap of them',
    ['--set', 'allowlist.existingConfigMap=x'],
    '/allowlist/addresses',
  ],
  [
    'no limits',
    ['--set-json', 'resources={"requests":{"cpu":"1","memory":"1Gi"},"limits":null}'],
    '/resources',
  ],
  [
    'a label of the chart itself',
    ['--set', 'podLabels.app\\.kubernetes\\.io/name=x'],
    'app.kubernetes.io/name',
  ],
  ['TLS on the Service port 80', ['--set', 'listen.tls.existingSecret=x'], '/service/port'],
  ['no name of a port', ['--set', 'sidecar.targetPort=--'], '/sidecar/targetPort'],
  ['a stop delay in milliseconds', ['--set', 'sidecar.stopDelay=300ms'], '/sidecar/stopDelay'],
  [
    'a certificate of nobody',
    ['--set', 'injector.certificates.mode=existingSecret'],
    '/injector/certificates/existingSecret',
  ],
  [
    'an alert that does not exist',
    ['--set', 'prometheusRule.disabled={HookgateDwon}'],
    '/prometheusRule/disabled/0',
  ],
];

/** Arguments, the place, and the key that is named. */
const unknown: readonly (readonly [args: readonly string[], at: string, key: string])[] = [
  [['--set', 'replicas=2'], '', 'replicas'],
  [['--set', 'upstream.uri=http://x'], '/upstream', 'uri'],
  [['--set-json', 'routes=[{"path":"/a","event":["*"]}]'], '/routes/0', 'event'],
  [['--set-json', 'allowlist.addresses=[{"address":"::1","nota":"x"}]'], '/allowlist/addresses/0', 'nota'],
];

test('every object of the schema refuses unknown keys, or says what any key of it may be', () => {
  const schema = JSON.parse(readFileSync(`${chart}/values.schema.json`, 'utf8')) as unknown;
  expect(schema).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
  const open = objectsOf(schema).filter(
    (one) =>
      'properties' in one &&
      one.type === 'object' &&
      (one.unevaluatedProperties !== false || one.additionalProperties !== false),
  );
  expect(open).toEqual([]);
});

function objectsOf(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value as Record<string, unknown>, ...Object.values(value).flatMap(objectsOf)];
}

describe.each(helmsAtHand())('Helm %d', (major) => {
  test.each(unknown)('the unknown key of %j', (args, at, key) => {
    const run = template([...minimal, ...args], major);
    expect(run.status).not.toBe(0);
    expect(run.stderr).toContain(`at '${at}': additional properties '${key}' not allowed`);
  });

  test.each(cases)('%s', (_what, args, at) => {
    const run = template([...minimal, ...args], major);
    expect(run.status).not.toBe(0);
    expect(run.stderr).toContain('meet the specifications of the schema');
    expect(run.stderr).toContain(`'${at}'`);
  });
});
