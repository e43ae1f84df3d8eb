import { describe, expect, test } from 'vitest';
import { helmsAtHand } from '../setup/install-helm.ts';
import { chart, template } from '../support/helm.ts';

const minimal = ['-f', `${chart}/ci/minimal.yaml`];
const redis = ['--set', 'duplicates.store=redis,duplicates.redis.url=redis://valkey:6379'];
const sidecar = ['--set', 'shape=sidecar,sidecar.acceptPerPodMemory=true'];
const ingress = ['--set', 'ingress.enabled=true,ingress.hosts={hooks.example.com}'];

/** What is given, what is named, and the words that tell the way out. */
const cases: readonly (readonly [what: string, args: readonly string[], remedy: RegExp])[] = [
  ['no upstream', ['--set', 'upstream.url='], /upstream\.url is empty.*--set upstream\.url=http/],
  [
    'an upstream without scheme',
    ['--set', 'upstream.url=payments:80'],
    /--set upstream\.url=http:\/\/payments:80/,
  ],
  [
    'an upstream of another scheme',
    ['--set', 'upstream.url=tcp://x:1'],
    /neither http nor https.*=http:\/\//,
  ],
  [
    'an upstream with a password',
    ['--set', 'upstream.url=http://u:p@x'],
    /a user or a password.*Leave them out/,
  ],
  ['an upstream with a query', ['--set', 'upstream.url=http://x/?a'], /a query.*Leave that out/],
  [
    'the gate as its own upstream',
    ['--set', 'upstream.url=http://hookgate.shop.svc:80'],
    /own Service.*application's/,
  ],
  ['a path without slash', ['--set', 'routes[0].path=hooks'], /begin with a slash.*path=\/hooks'/],
  ['a path with two slashes at its end', ['--set', 'routes[0].path=/hooks//'], /at its end.*path=\/hooks'/],
  ['a whole URL for a path', ['--set', 'routes[0].path=https://a.b/hooks'], /a whole URL.*path=\/hooks'/],
  ['a path with a query', ['--set', 'routes[0].path=/hooks?a=b'], /a query.*path=\/hooks'/],
  ['an encoded path', ['--set', 'routes[0].path=/a%2fb'], /more than one way.*as the provider calls it/],
  ['a path with dots', ['--set', 'routes[0].path=/a/../b'], /more than one way.*as the provider calls it/],
  ['an empty path', ['--set-json', 'routes=[{"path":""}]'], /routes\[0\]\.path is empty.*path=\/webhooks/],
  [
    'an address that is no list',
    ['--set', 'allowlist.addresses=203.0.113.7'],
    /'allowlist\.addresses=\{203\.0\.113\.7\}'/,
  ],
  [
    'a host on the allowlist',
    ['--set', 'allowlist.addresses={a.example.com}'],
    /Host names cannot be listed; write/,
  ],
  ['no prefix of IPv4', ['--set', 'allowlist.addresses={203.0.113.7/33}'], /a number from 0 to 32/],
  ['no prefix of IPv6', ['--set', 'allowlist.addresses={2001:db8::/129}'], /a number from 0 to 128/],
  [
    'host bits',
    ['--set', 'allowlist.addresses={203.0.113.77/26}'],
    /Write 203\.0\.113\.64\/26 for the range, or 203/,
  ],
  [
    'off without quotes, which YAML 1.1 reads as false',
    ['--set-json', 'allowlist={"mode":false}'],
    /allowlist\.mode is false.*Write mode: "off"/,
  ],
  [
    'the same for one route',
    ['--set-json', 'routes=[{"path":"/hooks","allowlist":{"mode":false}}]'],
    /routes\[0\]\.allowlist\.mode is false.*Write mode: "off"/,
  ],
  [
    'proxies that are no ranges',
    ['--set', 'clientAddress.from=forwarded,clientAddress.trustedProxies={ingress}'],
    /trustedProxies\[0\] is "ingress".*write numbers/,
  ],
  [
    'an empty allowlist in enforce mode',
    ['--set-json', 'allowlist.addresses=[]'],
    /allowlist\.addresses is empty.*allowlist\.mode=observe/,
  ],
  [
    'no key',
    ['--set', 'keys.existingSecret='],
    /No key.*kubectl create secret generic.*keys\.existingSecret=/,
  ],
  [
    'a business ID in place of a name',
    ['--set', 'keys.existingSecret=Live_ID'],
    /no Secret can be called that.*=hookgate-keys/,
  ],
  ['two sources of keys', ['--set', 'keys.values.live=x'], /keys\.existingSecret and keys\.values/],
  [
    'several replicas with the embedded store',
    ['--set', 'replicaCount=2'],
    /replicaCount is 2.*embedded.*duplicates\.store=redis/,
  ],
  [
    'several replicas with the memory store',
    ['--set', 'replicaCount=2,duplicates.store=memory'],
    /memory store.*duplicates\.store=redis/,
  ],
  [
    'an HPA with the embedded store',
    ['--set', 'autoscaling.enabled=true'],
    /autoscaling\.enabled is true.*duplicates\.store=redis/,
  ],
  [
    'an HPA upside down',
    [...redis, '--set', 'autoscaling.enabled=true,autoscaling.minReplicas=9'],
    /minReplicas \(9\).*Raise/,
  ],
  [
    'a Valkey that nothing uses',
    ['--set', 'valkey.enabled=true,valkey.existingSecret=v'],
    /duplicates\.store=redis/,
  ],
  [
    'a Valkey without a password',
    ['--set', 'valkey.enabled=true,duplicates.store=redis'],
    /kubectl create secret generic.*valkey\.existingSecret=/,
  ],
  [
    'a Valkey beside another store',
    [...redis, '--set', 'valkey.enabled=true,valkey.existingSecret=v'],
    /Keep one of them/,
  ],
  [
    'a Valkey of the chart with a user',
    [
      '--set',
      'duplicates.store=redis,valkey.enabled=true,valkey.existingSecret=v,duplicates.redis.userKey=u',
    ],
    /neither users nor TLS.*Leave userKey/,
  ],
  [
    'a user without a Secret',
    [...redis, '--set', 'duplicates.redis.userKey=user'],
    /redis\.userKey names an entry.*Set duplicates\.redis\.existingSecret/,
  ],
  [
    "sentinels' password without sentinels",
    [...redis, '--set', 'duplicates.redis.existingSecret=s,duplicates.redis.sentinelSecretKey=p'],
    /without sentinels.*Set duplicates\.redis\.sentinels/,
  ],
  [
    'an authority of two origins',
    [...redis, '--set', 'duplicates.redis.caConfigMap=a,duplicates.redis.caSecret=b'],
    /caConfigMap and duplicates\.redis\.caSecret are both given.*Keep one/,
  ],
  [
    'an authority without TLS',
    [...redis, '--set', 'duplicates.redis.caSecret=a'],
    /not encrypted.*rediss:\/\//,
  ],
  [
    'an HPA with nothing to scale by',
    [...redis, '--set', 'autoscaling.enabled=true,autoscaling.targetCPUUtilizationPercentage=0'],
    /nothing to scale by.*Give one/,
  ],
  [
    'a Valkey whose replicas are waited for',
    [
      '--set',
      'valkey.enabled=true,valkey.existingSecret=v,duplicates.store=redis,duplicates.redis.minReplicas=1',
    ],
    /has no replica.*minReplicas=0/,
  ],
  ['an Ingress with the peer address', ingress, /ingress\.enabled.*clientAddress\.from=forwarded/],
  [
    'an HTTPRoute with the peer address',
    ['--set', 'httpRoute.enabled=true,httpRoute.parentRefs[0].name=g'],
    /httpRoute\.enabled.*clientAddress\.from=forwarded/,
  ],
  ['an Ingress without host', ['--set', 'ingress.enabled=true'], /ingress\.hosts is empty/],
  ['an HTTPRoute without Gateway', ['--set', 'httpRoute.enabled=true'], /httpRoute\.parentRefs is empty/],
  [
    'a load balancer that hides the address',
    ['--set', 'service.type=LoadBalancer'],
    /externalTrafficPolicy=Local/,
  ],
  ['forwarded by nobody', ['--set', 'clientAddress.from=forwarded'], /trustedProxies is empty/],
  [
    'a retention of 48 h',
    ['--set', 'duplicates.retention=48h'],
    /duplicates\.retention is 48h.*retention=7d/,
  ],
  ['a short lease', ['--set', 'upstream.timeout=60s'], /duplicates\.lease is 60s.*Raise duplicates\.lease/],
  ['redis nowhere', ['--set', 'duplicates.store=redis'], /duplicates\.redis\.url/],
  ['a NetworkPolicy for nobody', ['--set', 'networkPolicy.enabled=true'], /networkPolicy\.from is empty/],
  ['admin and traffic on one port', ['--set', 'admin.port=8080'], /both 8080.*different ports/],
  [
    'a rollout with two writers of one file',
    ['--set', 'persistence.enabled=true,strategy.type=RollingUpdate'],
    /one process at a time.*Leave strategy out/,
  ],
  [
    'too short a grace period',
    ['--set', 'terminationGracePeriodSeconds=20'],
    /terminationGracePeriodSeconds is 20.*takes up to 45/,
  ],
  ['sidecars with a memory each', ['--set', 'shape=sidecar'], /each guarded pod.*acceptPerPodMemory=true/],
  ['an injector with a memory each', ['--set', 'injector.enabled=true'], /duplicates\.store is embedded/],
  ['a claim for sidecars', [...sidecar, '--set', 'persistence.enabled=true'], /a sidecar has no claim/],
  [
    "a NetworkPolicy of the gateway's for sidecars",
    [...sidecar, '--set', 'networkPolicy.enabled=true'],
    /nothing would be closed.*docs\/injector\.md/,
  ],
  ['a config for sidecars', [...sidecar, '--set', 'existingConfigMap=x'], /annotation hookgate\.io\/config/],
  ...[`${'a'.repeat(50)}long`, 'ends-so-'].map(
    (name) =>
      [
        `a route called ${name}, which no annotation of a pod could name`,
        [
          ...sidecar,
          '--set',
          `routes[0].name=${name},routes[0].path=/a,routes[0].allowlist.addresses={203.0.113.7}`,
        ],
        new RegExp(
          `hookgate\\.io/allowlist\\.${name}, and that is no key.*at most 63.*routes\\[0\\]\\.name=`,
        ),
      ] as const,
  ),
  // What a sidecar may use is in no pod that the API server sees at the installation.
  ...['256MB', '1 GiB', '', '-1', '1.2.3'].map(
    (memory) =>
      [
        `${memory || 'nothing'} as the memory of a sidecar`,
        [...sidecar, '--set-string', `sidecar.resources.limits.memory=${memory}`],
        new RegExp(
          `sidecar\\.resources\\.limits\\.memory is "${memory}", which is no quantity.*such as 256Mi`,
        ),
      ] as const,
  ),
  [
    'a processor and a half of a sidecar, in words',
    [...sidecar, '--set', 'sidecar.resources.requests.cpu=1 core'],
    /sidecar\.resources\.requests\.cpu is "1 core".*such as 0\.5 or 500m/,
  ],
  [
    'a request of a sidecar above its limit',
    [...sidecar, '--set', 'sidecar.resources.requests.memory=512Mi,sidecar.resources.requests.cpu=1001m'],
    /requests\.cpu is 1001m, more than sidecar\.resources\.limits\.cpu, 1[\s\S]*requests\.memory is 512Mi, more than .*256Mi, and no pod can be made of that\. Raise the limit/,
  ],
  [
    'less than nothing of the lookout',
    [...sidecar, '--set-json', 'injector.lookout.resources.limits.memory=-1'],
    /injector\.lookout\.resources\.limits\.memory is "-1"/,
  ],
  ['one port for two', [...sidecar, '--set', 'sidecar.adminPort=28080'], /both 28080/],
  [
    'a policy on an older cluster',
    [...sidecar, '--set', 'injector.mode=policy', '--kube-version', '1.35.0'],
    /needs Kubernetes 1\.36.*injector\.mode=webhook/,
  ],
  [
    'a policy without backstop',
    [...sidecar, '--set', 'injector.mode=policy,injector.backstop=false'],
    /start unguarded.*backstop=true/,
  ],
  [
    'too short an overlap',
    [...sidecar, '--set', 'injector.certificates.overlap=20s'],
    /overlap is 20s.*interval \(10s\)/,
  ],
  [
    'two routes of one name',
    ['--set-json', 'routes=[{"path":"/a/x"},{"path":"/b/x"}]'],
    /same name \(x, x\)/,
  ],
];

describe.each(helmsAtHand())('Helm %d', (major) => {
  test.each(cases)('%s', (_what, args, remedy) => {
    const run = template([...minimal, ...args], major);
    expect(run.status).not.toBe(0);
    expect(run.stderr).toContain('Hookgate cannot be installed with these values');
    expect(run.stderr).toMatch(remedy);
  });
});

test('everything that is wrong is said at once', () => {
  const { stderr } = template(['--set', 'replicaCount=2']);
  for (const finding of ['upstream.url', 'allowlist.addresses', 'No key', 'replicaCount']) {
    expect(stderr).toContain(finding);
  }
});
