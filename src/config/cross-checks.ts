import { defaultProfile } from '../schemes/profiles.ts';
import { formatDuration } from '../values/units.ts';
import { linkLocalCaution } from './address-range.ts';
import type { Finding } from './finding.ts';
import { reachesListener } from './host.ts';
import { type Origin, type Problem, problemAt, quote } from './problem.ts';
import { checkRoutes, routeWarnings } from './route-checks.ts';
import { schemeOfRoute } from './route-scheme.ts';
import type { Settings } from './schema.ts';

/** A rule looks only at settings that could be read; `reads` has their keys or sections. */
interface Rule {
  readonly reads: readonly string[];
  readonly find: (settings: Settings) => readonly Finding[];
}

const rules: readonly Rule[] = [
  { reads: ['duplicates.retention'], find: checkRetention },
  {
    reads: [
      'duplicates.lease',
      'duplicates.redis.timeout',
      'duplicates.store',
      'upstream.connectTimeout',
      'upstream.timeout',
    ],
    find: checkLease,
  },
  { reads: ['listen.tls'], find: checkTls },
  { reads: ['upstream.url', 'upstream.caFile'], find: checkUpstreamTls },
  { reads: ['clientAddress'], find: checkProxies },
  { reads: ['listen.port', 'admin.port'], find: checkAdminPort },
  {
    reads: ['listen.host', 'listen.port', 'admin.host', 'admin.port', 'upstream.addresses', 'upstream.url'],
    find: checkLoop,
  },
  { reads: ['duplicates.redis'], find: checkRedis },
  { reads: ['checksum.encodings'], find: checkEncodings },
  {
    reads: ['routes', 'allowlist', 'checksum', 'duplicates.retention', 'upstream'],
    find: checkRoutes,
  },
];

/**
 * Rules between settings that are each fine by themselves; every one with its reason. Rules about a broken setting
 * are left out: they could only say something about a value that nobody wrote.
 */
export function crossCheck(
  settings: Settings,
  broken: ReadonlySet<string>,
  originOf: (key: string) => Origin,
): readonly Problem[] {
  const concerns = (read: string, key: string) =>
    key === read || key.startsWith(`${read}.`) || key.startsWith(`${read}[`) || read.startsWith(`${key}.`);
  return rules
    .filter(({ reads }) => ![...broken].some((key) => reads.some((read) => concerns(read, key))))
    .flatMap(({ find }) => find(settings))
    .map(({ key, found, expected }) => problemAt(originOf(key), key, found, expected));
}

/** Settings that are allowed, although they weaken the gate. */
export function crossWarnings(settings: Settings): readonly string[] {
  return [...proxyWarnings(settings), ...routeWarnings(settings)];
}

function proxyWarnings({ clientAddress }: Settings): readonly string[] {
  if (clientAddress.from === 'peer') return [];
  const everyone = clientAddress.trustedProxies.filter((range) => range.endsWith('/0'));
  const linkLocal = clientAddress.trustedProxies.filter((range) => /^fe[89ab].:/.test(range));
  return [
    ...(everyone.length === 0
      ? []
      : [
          `clientAddress.trustedProxies has ${everyone.join(' and ')}: whoever connects can claim any address`,
        ]),
    ...linkLocal.map((range) => `clientAddress.trustedProxies has ${range}: ${linkLocalCaution}`),
  ];
}

/** Longer than each sender tries again, and than a signed time may be off, both ways. */
function checkRetention(settings: Settings): Finding[] {
  const { duplicates, routes } = settings;
  const findings = (Array.isArray(routes) ? routes : []).flatMap((route, index): Finding[] => {
    const isInherited = route?.retention === undefined || route.retention === duplicates.retention;
    const retention = route?.retention ?? duplicates.retention;
    if (typeof route?.scheme !== 'string' && typeof route?.scheme !== 'object') return [];
    const compiled = schemeOfRoute(settings, index);
    if (compiled.kind === 'findings') return [];
    const { name, triesAgainForMs, time } = compiled.scheme;
    const key = isInherited ? 'duplicates.retention' : `routes[${index}].retention`;
    const found = `found ${formatDuration(retention)}`;
    if (retention <= triesAgainForMs) {
      const expected =
        name === defaultProfile.name
          ? 'expected more than 48h, since the sender repeats an event for 48 hours'
          : `expected more than ${formatDuration(triesAgainForMs)}, since the sender of scheme ${name} tries again for so long`;
      return [{ key, found, expected }];
    }
    if (time === undefined || retention > 2 * time.toleranceMs) return [];
    const expected = `expected more than ${formatDuration(2 * time.toleranceMs)}, twice the tolerance of the signed time`;
    return [{ key, found, expected }];
  });
  const seen = new Set<string>();
  return findings.filter(({ key, expected }) => {
    const isNew = !seen.has(key + expected);
    seen.add(key + expected);
    return isNew;
  });
}

/** In the shared store a lease begins when the server has the claim, and its answer may take the store's timeout. */
function checkLease({ duplicates: { lease, store, redis }, upstream, routes }: Settings): Finding[] {
  const isShared = store === 'redis';
  const own = (Array.isArray(routes) ? routes : []).map(
    (route) => (route?.upstream?.connectTimeout ?? 0) + (route?.upstream?.timeout ?? 0),
  );
  const longestMs =
    Math.max(upstream.connectTimeout + upstream.timeout, ...own) + (isShared ? redis.timeout : 0);
  const sum = isShared
    ? 'upstream.connectTimeout, upstream.timeout and duplicates.redis.timeout'
    : 'upstream.connectTimeout and upstream.timeout';
  if (lease > longestMs) return [];
  return [
    {
      key: 'duplicates.lease',
      found: `found ${formatDuration(lease)}`,
      expected:
        `expected more than ${formatDuration(longestMs)} (${sum}), ` +
        'since a lease that ends first lets a repeat through',
    },
  ];
}

function checkTls({ listen: { tls } }: Settings): Finding[] {
  if ((tls.certFile === '') === (tls.keyFile === '')) return [];
  const [has, lacks] = tls.certFile === '' ? ['keyFile', 'certFile'] : ['certFile', 'keyFile'];
  return [
    {
      key: `listen.tls.${has}`,
      found: `found no ${lacks} beside it`,
      expected: 'expected both, or neither for plain HTTP',
    },
  ];
}

function checkUpstreamTls({ upstream }: Settings): Finding[] {
  if (upstream.caFile === '' || upstream.url.protocol === 'https:') return [];
  return [
    {
      key: 'upstream.caFile',
      found: 'found an upstream.url without TLS',
      expected: 'expected an https URL, or no caFile',
    },
  ];
}

function checkProxies({ clientAddress }: Settings): Finding[] {
  if (clientAddress.from === 'peer' || clientAddress.trustedProxies.length > 0) return [];
  return [
    {
      key: 'clientAddress.trustedProxies',
      found: 'found nobody',
      expected: `expected the proxies' addresses, since "from: ${clientAddress.from}" takes nobody else's word`,
    },
  ];
}

function checkAdminPort({ listen, admin }: Settings): Finding[] {
  if (listen.port === 0 || listen.port !== admin.port) return [];
  return [
    {
      key: 'admin.port',
      found: `found ${admin.port}, as listen.port`,
      expected: 'expected another port, since senders must not reach the admin port',
    },
  ];
}

function checkLoop({ listen, admin, upstream }: Settings): Finding[] {
  const upstreamPort = Number(upstream.url.port || (upstream.url.protocol === 'https:' ? 443 : 80));
  const targets = upstream.addresses.length > 0 ? upstream.addresses : [upstream.url.hostname];
  const own = [
    { host: listen.host, port: listen.port, name: 'listen' },
    { host: admin.host, port: admin.port, name: 'admin' },
  ].find(
    ({ host, port }) => port === upstreamPort && targets.some((target) => reachesListener(target, host)),
  );
  if (own === undefined) return [];
  return [
    {
      key: 'upstream.url',
      found: `found ${quote(upstream.url.href)}, where the gate itself listens (${own.name})`,
      expected: "expected the application's address",
    },
  ];
}

function checkRedis({ duplicates: { redis } }: Settings): Finding[] {
  const findings: Finding[] = [];
  const urls = typeof redis.url === 'string' ? [redis.url] : redis.url;
  if (redis.sentinels.length > 0 && redis.master === '') {
    findings.push({
      key: 'duplicates.redis.master',
      found: 'missing',
      expected: "expected the master's name at the sentinels",
    });
  }
  if (redis.sentinels.length === 0 && redis.master !== '') {
    findings.push({
      key: 'duplicates.redis.sentinels',
      found: 'found none beside a master',
      expected: 'expected at least one host:port, or no master',
    });
  }
  if (redis.sentinels.length > 0 && urls.length > 1) {
    findings.push({
      key: 'duplicates.redis.url',
      found: 'found several URLs (a cluster) beside sentinels',
      expected: 'expected one or the other',
    });
  }
  if (new Set(urls.map((url) => new URL(url).protocol)).size > 1) {
    findings.push({
      key: 'duplicates.redis.url',
      found: 'found both redis and rediss',
      expected: 'expected one scheme for the whole cluster',
    });
  }
  if (typeof redis.url !== 'string' && urls.some((url) => /^\/0*[1-9]/.test(new URL(url).pathname))) {
    findings.push({
      key: 'duplicates.redis.url',
      found: 'found the number of a database',
      expected: 'expected none, since a cluster has only database 0',
    });
  }
  if (redis.caFile !== '' && !urls.some((url) => url.startsWith('rediss:'))) {
    findings.push({
      key: 'duplicates.redis.caFile',
      found: 'found a URL without TLS',
      expected: 'expected rediss URLs, or no caFile',
    });
  }
  if (/[{}]/.test(redis.keyPrefix)) {
    findings.push({
      key: 'duplicates.redis.keyPrefix',
      found: `found ${quote(redis.keyPrefix)}`,
      expected: 'expected no braces, since what stands between braces places a key in a cluster',
    });
  }
  return findings;
}

function checkEncodings({ checksum: { encodings } }: Settings): Finding[] {
  const key = 'checksum.encodings';
  if (encodings.length === 0) {
    return [
      { key, found: 'found an empty list', expected: 'expected at least one, or no checksum could hold' },
    ];
  }
  const repeated = encodings.find((encoding, index) => encodings.indexOf(encoding) !== index);
  return repeated === undefined
    ? []
    : [{ key, found: `found ${repeated} twice`, expected: 'expected each encoding once' }];
}
