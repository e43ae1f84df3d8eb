import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readKeys } from '../../src/config/keys.ts';
import { inject } from '../../src/injector/inject-pod.ts';
import { readSidecarTemplate } from '../../src/injector/sidecar-template.ts';
import { injectorSettings, optedIn, sidecarTemplate, today } from '../support/injection.ts';

const { container, volumes } = sidecarTemplate;
const mount = (name: string, mountPath: string) => ({ name, mountPath, readOnly: true });
const template = readSidecarTemplate({
  container: {
    ...container,
    env: [
      { name: 'POD_KEYS_SECRET', value: 'hookgate-keys' },
      { name: 'POD_ROUTE_KEYS_SECRETS', value: 'paystack=paystack-keys,stripe_eu=stripe-keys' },
    ],
    volumeMounts: [
      ...container.volumeMounts,
      mount('hookgate-keys-paystack', '/etc/hookgate/routes/paystack/keys'),
      mount('hookgate-allowlist-paystack', '/etc/hookgate/routes/paystack/allowlist'),
      mount('hookgate-keys-stripe-eu-1234abcd', '/etc/hookgate/routes/stripe_eu/keys'),
    ],
  },
  volumes: [
    ...volumes,
    { name: 'hookgate-keys-paystack', secret: { secretName: 'paystack-keys', optional: true } },
    { name: 'hookgate-allowlist-paystack', configMap: { name: 'hookgate-allowlist-paystack' } },
    { name: 'hookgate-keys-stripe-eu-1234abcd', secret: { secretName: 'stripe-keys', optional: true } },
  ],
});
if (typeof template === 'string') throw new Error(template);
const settings = { ...injectorSettings, template };
const guarded = (annotations: Record<string, string>) => inject(optedIn({ annotations }), settings, today);

test('annotations with the name of a route replace its Secret and its ConfigMap, and no other', () => {
  const injection = guarded({
    'hookgate.io/keys.stripe_eu': 'own-stripe',
    'hookgate.io/allowlist.paystack': 'own-addresses',
  });
  if (injection.kind !== 'injected') throw new Error(JSON.stringify(injection));
  const { spec } = injection.pod;
  expect(spec.volumes).toEqual(
    expect.arrayContaining([
      { name: 'hookgate-keys', secret: { secretName: 'hookgate-keys', defaultMode: 292 } },
      { name: 'hookgate-keys-paystack', secret: { secretName: 'paystack-keys', optional: true } },
      { name: 'hookgate-allowlist-paystack', configMap: { name: 'own-addresses' } },
      { name: 'hookgate-keys-stripe-eu-1234abcd', secret: { secretName: 'own-stripe', optional: true } },
    ]),
  );
  const env = spec.initContainers?.find(({ name }) => name === 'hookgate')?.env ?? [];
  expect(env).toContainEqual({
    name: 'POD_ROUTE_KEYS_SECRETS',
    value: 'paystack=paystack-keys,stripe_eu=own-stripe',
  });
  expect(env.filter(({ name }) => name === 'POD_ROUTE_KEYS_SECRETS')).toHaveLength(1);
  expect(inject(injection.pod, settings, today)).toMatchObject({ kind: 'injected', patch: [] });
});

test.each([
  ['a route that has no keys of its own', 'hookgate.io/keys.juicyway'],
  ['a misspelt route', 'hookgate.io/keys.paystck'],
  ['a list of a route that has none', 'hookgate.io/allowlist.stripe_eu'],
  ['a list for all where no route reads it', 'hookgate.io/allowlist'],
])('%s is refused with the annotations that are read', (_what, name) => {
  expect(guarded({ [name]: 'x' })).toMatchObject({
    kind: 'denial',
    reason: 'annotation_invalid',
    sentence: expect.stringMatching(new RegExp(`annotation ${name} is none that is read.*keys\\.paystack`)),
  });
});

test('no name of an object', () => {
  expect(guarded({ 'hookgate.io/keys.paystack': '../x' })).toMatchObject({ reason: 'annotation_invalid' });
});

test('the sentence about missing keys names the Secret of the route', () => {
  const env = {
    POD_NAMESPACE: 'shop',
    POD_KEYS_SECRET: 'hookgate-keys',
    POD_ROUTE_KEYS_SECRETS: 'paystack=paystack-keys,stripe_eu=own-stripe',
  };
  const root = mkdtempSync(join(tmpdir(), 'hookgate-'));
  const told = (directory: string) => {
    mkdirSync(`${root}${directory}`, { recursive: true });
    return JSON.stringify(readKeys(`${root}${directory}`, { env }));
  };
  expect(told('/routes/stripe_eu/keys')).toContain('Secret own-stripe of namespace shop');
  expect(told('/routes/github/keys')).not.toContain('of namespace');
  expect(told('/keys')).toContain('Secret hookgate-keys of namespace shop');
  rmSync(root, { recursive: true });
});
