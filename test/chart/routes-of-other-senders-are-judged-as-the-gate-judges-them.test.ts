import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defaultProfile, profiles } from '../../src/schemes/profiles.ts';
import { loadRendered, loadText } from '../support/chart-config.ts';
import { chart, manifests, render, template } from '../support/helm.ts';

const minimal = ['-f', `${chart}/ci/minimal.yaml`];
const withRoute = (route: object, more: readonly string[] = []) => [
  ...minimal,
  '--set-json',
  `routes=${JSON.stringify([{ path: '/webhooks/juicyway' }, { name: 'other', path: '/webhooks/other', ...route }])}`,
  ...more,
];
const keys = { keys: { existingSecret: 'other-keys' } };
const custom = (scheme: object) => ({ ...keys, scheme: { profile: 'custom', ...scheme } });
const standard = { ...keys, scheme: 'standard-webhooks' };
const signing = (secret: string, more: object = {}) => ({
  upstream: { signing: { existingSecret: secret, ...more } },
});

/** A second route, and the words that tell the way out; none where it is good. */
const routes: readonly (readonly [what: string, route: object, remedy: RegExp | undefined])[] = [
  [
    'a sender without keys of its own',
    { scheme: 'stripe' },
    /has scheme stripe and no keys of its own.*kubectl create secret generic hookgate-keys-other.*routes\[1\]\.keys\.existingSecret/,
  ],
  ['a second account of the default sender, without keys of its own', {}, undefined],
  [
    'two sources of its keys',
    { keys: { existingSecret: 'a', values: { live: 'x' } } },
    /routes\[1\]\.keys\.existingSecret and routes\[1\]\.keys\.values/,
  ],
  [
    'a key in place of a name',
    { scheme: 'stripe', keys: { existingSecret: 'whsec_X' } },
    /no Secret can be called that.*routes\[1\]\.keys\.existingSecret=/,
  ],
  ['keys by value', { scheme: 'stripe', keys: { values: { live: 'whsec_x' } } }, undefined],
  [
    "a retention below its sender's window",
    { ...keys, scheme: 'stripe', retention: '72h' },
    /routes\[1\]\.retention is 72h.*scheme stripe\) tries again for 72h.*routes\[1\]\.retention=7d/,
  ],
  ['a window that nobody knows', { ...keys, scheme: 'squad', retention: '71h' }, /tries again for 72h/],
  [
    "a window of one's own",
    { ...keys, scheme: { profile: 'squad', triesAgainFor: '24h' }, retention: '25h' },
    undefined,
  ],
  [
    'a sender that never tries again',
    { ...keys, scheme: 'github', events: ['push'], retention: '1h' },
    undefined,
  ],
  [
    'a retention below twice the tolerance',
    { ...keys, scheme: { profile: 'stripe', triesAgainFor: 'none' }, retention: '10m' },
    /twice the tolerance/,
  ],
  [
    'unsigned names of events, with *',
    { ...keys, scheme: 'korapay' },
    /does not sign the event's name.*routes\[1\]\.events=/,
  ],
  [
    'unsigned names of events, with a prefix',
    { ...keys, scheme: 'shopify', events: ['orders.*'] },
    /List the names without \*/,
  ],
  ['unsigned names of events, listed', { ...keys, scheme: 'korapay', events: ['charge.success'] }, undefined],
  ['names where there is none', custom({ signature: 'header:X-S' }), undefined],
  [
    'names where none is said',
    { ...custom({ signature: 'header:X-S' }), events: ['a.b'] },
    /says none of an event.*Leave events out/,
  ],
  [
    'a secret in a header',
    { ...keys, scheme: 'flutterwave-v3', events: ['charge.completed'], allowlist: { mode: 'observe' } },
    /proves nothing about the body.*routes\[1\]\.allowlist\.mode=enforce/,
  ],
  [
    'a secret in a header, from everywhere',
    {
      ...keys,
      scheme: 'flutterwave-v3',
      events: ['charge.completed'],
      allowlist: { addresses: ['0.0.0.0/0'] },
    },
    /which is everybody/,
  ],
  [
    'a secret in a header, with addresses',
    {
      ...keys,
      scheme: 'flutterwave-v3',
      events: ['charge.completed'],
      allowlist: { addresses: ['203.0.113.9'] },
    },
    undefined,
  ],
  ['a message without the body', custom({ signature: 'header:X-S', message: '{header:X-T}' }), undefined],
  [
    'a message without the body, and rejecting what is unsigned',
    { ...custom({ signature: 'header:X-S', message: '{header:X-T}' }), unsignedFields: 'reject' },
    /signs no field.*strip or forward/,
  ],
  [
    'a deep member',
    custom({ signature: 'header:X-S', message: '{json:/a/b}' }),
    /\/a\/b is no top-level member.*unsignedFields=forward/,
  ],
  [
    'a deep member, all else forwarded',
    { ...custom({ signature: 'header:X-S', message: '{json:/a/b}' }), unsignedFields: 'forward' },
    undefined,
  ],
  [
    'a deep name that is not signed',
    {
      ...custom({ signature: 'header:X-S', message: '{json:/data@received}', event: 'json:/meta/type' }),
      events: ['a.b'],
    },
    /\/meta\/type is no top-level member.*unsignedFields=forward/,
  ],
  [
    'a tolerance of no time',
    custom({ signature: 'header:X-S', timestamp: { tolerance: '1m' } }),
    /nothing says where the signed time stands.*routes\[1\]\.scheme\.timestamp\.from/,
  ],
  [
    'a tolerance of the time that a profile has',
    { ...keys, scheme: { profile: 'stripe', timestamp: { tolerance: '1m' } } },
    undefined,
  ],
  [
    'no name of an event, where the profile has one that is not signed',
    { ...keys, scheme: { profile: 'korapay', event: '' } },
    undefined,
  ],
  [
    'no name of an event, and names that are let in',
    { ...keys, scheme: { profile: 'stripe', event: '' }, events: ['a.b'] },
    /says none of an event.*Leave events out/,
  ],
  [
    'no time and no id, where the profile has them, beside repeats',
    {
      ...keys,
      scheme: { profile: 'stripe', message: '{body}', id: '', timestamp: { from: '' } },
      repeatable: { 'a.b': '10m' },
    },
    undefined,
  ],
  [
    'no signature, where the profile has one',
    { ...keys, scheme: { profile: 'stripe', signature: '' } },
    /has scheme stripe, and routes\[1\]\.scheme\.signature does not say where/,
  ],
  ['a custom scheme without a signature', custom({}), /scheme\.signature does not say where.*header:NAME/],
  [
    'a scheme that signs the URL',
    { ...keys, scheme: 'square' },
    /signs the URL.*scheme\.publicUrl=https:\/\/HOST\/webhooks\/other/,
  ],
  [
    'a scheme that signs the URL, with it',
    { ...keys, scheme: { profile: 'square', publicUrl: 'https://a.example/webhooks/other' } },
    undefined,
  ],
  [
    'ways of writing where nothing is written anew',
    { ...keys, scheme: 'stripe', checksum: { encodings: ['sorted'] } },
    /signs nothing that could be written in several.*Leave it out/,
  ],
  [
    'a way of writing that explain prints',
    { ...keys, checksum: { encodings: ['sorted+spaced+ascii'] } },
    undefined,
  ],
  [
    'repeats where an id is signed',
    { ...keys, scheme: 'stripe', repeatable: { 'a.b': '10m' } },
    /signs an id.*Leave repeatable out/,
  ],
  [
    'repeats from everywhere',
    { repeatable: { 'a.b': '10m' }, allowlist: { mode: 'off' } },
    /repeatable is given.*allowlist\.mode=enforce/,
  ],
  ['repeats of listed senders', { repeatable: { 'user.kyc-verification': '10m' } }, undefined],
  [
    'its own addresses that are no list',
    { allowlist: { addresses: 'x' } },
    /'routes\[1\]\.allowlist\.addresses=\{x\}'/,
  ],
  [
    'a host on its own list',
    { allowlist: { addresses: ['a.example.com'] } },
    /routes\[1\]\.allowlist\.addresses\[0\].*Host names cannot/,
  ],
  ['one path with two spellings', { path: '/webhooks/Juicyway/' }, /the same path as route juicyway/],
  ['a path with a slash at its end', { path: '/webhooks/other/' }, undefined],
  [
    'an upstream of another scheme',
    { upstream: { url: 'ftp://x' } },
    /routes\[1\]\.upstream\.url is "ftp:\/\/x"/,
  ],
  [
    'an upstream of its own',
    { upstream: { url: 'http://billing:8080', timeout: '10s', connections: 7 } },
    undefined,
  ],
  [
    'an upstream slower than the lease',
    { upstream: { timeout: '70s' } },
    /not longer than routes\[1\]\.upstream\.connectTimeout/,
  ],
  [
    "signed with a sender's keys",
    { ...keys, ...signing('other-keys') },
    /which also has the keys of route other.*a Secret of its own/,
  ],
  ["signed with another sender's keys", signing('hookgate-keys'), /which also has the keys of route/],
  [
    'signed where the sender signs alike',
    { ...standard, ...signing('sign') },
    /the same webhook-\* headers.*signing\.replace=true/,
  ],
  ['signed instead of the sender', { ...standard, ...signing('sign', { replace: true }) }, undefined],
];

test.each(routes)('%s', (_what, route, remedy) => {
  const run = template(withRoute(route));
  if (remedy === undefined) {
    expect(run.stderr).toBe('');
    const loaded = loadRendered(run.stdout);
    expect(loaded.kind === 'problems' ? loaded.problems : []).toEqual([]);
  } else {
    expect(run.status).not.toBe(0);
    expect(run.stderr.replace(/\s*\n\s*/g, ' ')).toMatch(remedy);
  }
});

test('one Secret that signs for two applications', () => {
  const run = template(
    withRoute({ upstream: { url: 'http://billing:8080' } }, [
      '--set',
      'upstream.signing.existingSecret=sign',
    ]),
  );
  expect(run.stderr).toMatch(/signs for http:\/\/payments\.shop\.svc:80 too.*another Secret/);
});

test('the schema knows the profiles that there are', () => {
  const schema = JSON.parse(readFileSync(`${chart}/values.schema.json`, 'utf8')) as {
    $defs: { profile: { enum: string[] } };
  };
  expect(schema.$defs.profile.enum).toEqual(profiles.map(({ name }) => name));
});

test('every profile with events ["*"] and 72 hours: the chart refuses what the gate refuses, and nothing else', () => {
  for (const { name } of profiles) {
    const isDefault = name === defaultProfile.name;
    const route = { name: 'other', path: '/webhooks/other', scheme: name };
    const chartsRoute = isDefault ? route : { ...route, ...keys };
    const run = template([...withRoute(chartsRoute), '--set', 'duplicates.retention=72h']);
    const gates = loadText(
      JSON.stringify({
        upstream: { url: 'http://payments.shop.svc:80' },
        duplicates: { retention: '72h' },
        routes: [isDefault ? route : { ...route, keysDirectory: '/keys' }],
      }),
    );
    expect([name, run.status === 0]).toEqual([name, gates.kind === 'ok']);
  }
}, 60_000);

test('what a route has of its own is mounted apart, by directories that everybody may read', () => {
  const pod = manifests(render('three-senders')).find(({ kind }) => kind === 'Deployment') as unknown as {
    spec: {
      template: {
        spec: {
          containers: { volumeMounts: { name: string; mountPath: string; subPath?: string }[] }[];
          volumes: { name: string; secret?: object; configMap?: object }[];
        };
      };
    };
  };
  const { containers, volumes } = pod.spec.template.spec;
  const mounts = containers[0]?.volumeMounts ?? [];
  const own = mounts.filter(({ mountPath }) => mountPath.startsWith('/etc/hookgate/routes/'));
  expect(own.map(({ mountPath }) => mountPath)).toEqual([
    '/etc/hookgate/routes/paystack/keys',
    '/etc/hookgate/routes/paystack/allowlist',
    '/etc/hookgate/routes/stripe/keys',
    '/etc/hookgate/routes/stripe/allowlist',
  ]);
  expect(mounts.every(({ subPath }) => subPath === undefined)).toBe(true);
  const secrets = volumes.flatMap(({ secret }) => (secret === undefined ? [] : [secret]));
  expect(secrets).toEqual([
    { secretName: 'hookgate-keys', defaultMode: 0o444, optional: true },
    { secretName: 'paystack-keys', defaultMode: 0o444, optional: true },
    { secretName: 'stripe-keys', defaultMode: 0o444, optional: true },
  ]);
});

test('a release without Juicyway needs no key and no address for all', () => {
  const stripe = {
    path: '/webhooks/stripe',
    scheme: 'stripe',
    ...keys,
    allowlist: { addresses: ['198.51.100.7'] },
  };
  const run = template([
    '--set',
    'upstream.url=http://payments.shop.svc:80',
    '--set-json',
    `routes=${JSON.stringify([stripe])}`,
  ]);
  expect(run.stderr).toBe('');
  const names = manifests(run.stdout).map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  expect(names).not.toContain('ConfigMap/hookgate-allowlist');
  expect(names).toContain('ConfigMap/hookgate-allowlist-stripe');
  expect(run.stdout).not.toContain('name: hookgate-keys\n');
});

test("names of routes that are no part of an object's name, or too long for one, stay apart", () => {
  const names = ['a_b', 'a-b', 'x'.repeat(63), `${'x'.repeat(62)}y`];
  const some = names.map((name) => ({ name, path: `/${name}`, keys: { values: { live: name } } }));
  const run = template([...minimal, '--set-json', `routes=${JSON.stringify(some)}`]);
  expect(run.stderr).toBe('');
  const secrets = manifests(run.stdout).filter(({ kind }) => kind === 'Secret');
  expect(new Set(secrets.map(({ metadata }) => metadata.name)).size).toBe(4);
  const volumes = [...run.stdout.matchAll(/ name: (hookgate-keys-\S+)/g)].map(([, name]) => name as string);
  expect(new Set(volumes).size).toBe(4);
  for (const name of volumes) expect(name).toMatch(/^[a-z0-9-]{1,63}$/);
});
