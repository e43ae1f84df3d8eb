/**
 * The room `config` turns files, environment and flags into one validated `Config`; it decides nothing else.
 *
 * This is the shape of hookgate.yaml: every key with its default and what it does. The static type is what a
 * key holds after reading (milliseconds, bytes, a URL), so that code and file cannot drift apart.
 */
import { Array as List, Object as Section, type Static } from 'typebox';
import { choice, count, duration, logLevel, path, size, text } from './schema-leaves.ts';

const closed = (description: string) => ({ description, additionalProperties: false }) as const;

const listen = Section(
  {
    host: text<string>('host', 'Address or name to listen on; "::" is every address, IPv4 included.', '::'),
    port: count('Port of the traffic; 0 takes any free port.', {
      default: 8080,
      minimum: 0,
      maximum: 65_535,
    }),
    tls: Section(
      {
        certFile: path('PEM file of the certificate chain. Empty, with keyFile: plain HTTP.', ''),
        keyFile: path('PEM file of the private key.', ''),
        minVersion: choice('The oldest TLS version that is spoken.', ['TLSv1.2', 'TLSv1.3'], 'TLSv1.2'),
      },
      closed('TLS of the traffic port.'),
    ),
  },
  closed('Where senders are listened to.'),
);

const admin = Section(
  {
    host: text<string>('host', 'Address or name of the admin port.', '::'),
    port: count('Port of metrics, probes and status; 0 takes any free port.', {
      default: 9090,
      minimum: 0,
      maximum: 65_535,
    }),
  },
  closed('The admin port; never open it to senders.'),
);

const upstream = Section(
  {
    url: text<URL>('upstream-url', 'The application: http or https, perhaps with a path prefix.'),
    caFile: path('PEM bundle that replaces the certificate authorities of the system; only with https.', ''),
    connectTimeout: duration('Longest wait for a connection.', '2s', '1ms', '10m'),
    timeout: duration('Longest wait for the whole answer, time in the queue included.', '25s', '1ms', '1h'),
    connections: count('Connections to the application, at most.', {
      default: 64,
      minimum: 1,
      maximum: 65_535,
    }),
  },
  closed('The application behind the gate.'),
);

const clientAddress = Section(
  {
    from: choice(
      'peer: of the connection. forwarded: X-Forwarded-For, walked through trustedProxies. proxyProtocol: v1 and v2.',
      ['peer', 'forwarded', 'proxyProtocol'],
      'peer',
    ),
    trustedProxies: List(text<string>('range', 'An address or a CIDR.'), {
      description: 'Proxies whose word about the address is taken.',
      default: [],
    }),
  },
  closed("Where the sender's address comes from."),
);

const allowlist = Section(
  {
    mode: choice(
      'enforce: refuse other addresses. observe: let them through and count them. off: do not look.',
      ['enforce', 'observe', 'off'],
      'enforce',
    ),
    file: path('YAML file with the addresses of the sender.', '/etc/hookgate/allowlist/allowlist.yaml', 1),
  },
  closed('Who may send.'),
);

const checksum = Section(
  {
    mode: choice(
      'enforce: refuse a wrong checksum. observe: forward it as unverified and count it.',
      ['enforce', 'observe'],
      'enforce',
    ),
    keysDirectory: path(
      "Directory with one file a key; the file's name is the key's.",
      '/etc/hookgate/keys',
      1,
    ),
    encodings: List(choice('An encoding of data.', ['received', 'compact', 'sorted']), {
      description: 'How data may have been written when it was signed; each is tried.',
      default: ['received', 'compact', 'sorted'],
    }),
  },
  closed('How the checksum is checked.'),
);

const redis = Section(
  {
    url: text<string | readonly string[]>(
      'redis-urls',
      'redis or rediss URL of Redis or Valkey; a list of them is a cluster.',
      'redis://valkey:6379',
    ),
    sentinels: List(text<string>('host-port', 'host:port of a Sentinel.'), {
      description: 'Sentinels that name the master.',
      default: [],
    }),
    master: text<string>('plain', "The master's name at the sentinels.", ''),
    userFile: path("File with the user's name; empty: the URL's, or the default user.", ''),
    passwordFile: path('File with the password; empty: none.', ''),
    sentinelPasswordFile: path('File with the password of the sentinels; empty: none.', ''),
    caFile: path('PEM bundle for rediss instead of the authorities of the system; empty: those.', ''),
    keyPrefix: text<string>(
      'plain',
      'Before every key, so that others may use the same server.',
      'hookgate:',
    ),
    timeout: duration('Longest wait for the store, for one operation.', '2s', '50ms', '1m'),
    minReplicas: count('Replicas that must have a record before it counts.', {
      default: 0,
      minimum: 0,
      maximum: 16,
    }),
  },
  closed('The store in Redis or Valkey.'),
);

const duplicates = Section(
  {
    store: choice(
      'embedded: a file of this process. redis: shared by replicas. memory: only for tests and demonstrations.',
      ['embedded', 'redis', 'memory'],
      'embedded',
    ),
    retention: duration(
      "How long a delivered event is remembered; beyond the sender's 48 h.",
      '7d',
      '1m',
      '3650d',
    ),
    lease: duration(
      'How long a delivery in flight is held; beyond the upstream timeouts.',
      '60s',
      '1s',
      '1d',
    ),
    whenStoreDown: choice(
      'refuse: answer 503, the sender tries again. forward: deliver, at the risk of repeats.',
      ['refuse', 'forward'],
      'refuse',
    ),
    embedded: Section(
      { file: path('File of the embedded store.', '/var/lib/hookgate/events.db', 1) },
      closed('The store in a file.'),
    ),
    redis,
  },
  closed('How repeats are told.'),
);

const route = Section(
  {
    name: text<string>('route-name', 'The route label of metrics and logs.'),
    path: text<string>('route-path', 'Absolute path in normal form.'),
    events: List(text<string>('event-pattern', 'A name, a prefix with ".*", or "*".'), {
      description: 'Events to forward; others are answered 200 and dropped.',
      default: ['*'],
    }),
    unsignedFields: choice(
      'Top-level fields beside event, data and checksum, which nothing signs.',
      ['strip', 'forward', 'reject'],
      'strip',
    ),
  },
  closed('One webhook path.'),
);

const limits = Section(
  {
    body: size('Largest body.', '256KiB', '1B', '64MiB'),
    headers: count('Header fields of one request.', { default: 100, minimum: 4, maximum: 2000 }),
    headerBytes: size('Header bytes of one request.', '16KiB', '1KiB', '1MiB'),
    bodyTime: duration('Longest wait for a body.', '10s', '1ms', '1h'),
    headerTime: duration('Longest wait for a header.', '10s', '1ms', '1h'),
    connections: count('Open connections.', { default: 10_000, minimum: 1, maximum: 1_000_000 }),
    connectionsPerPeer: count('Open connections of one peer that is no trusted proxy.', {
      default: 1000,
      minimum: 1,
      maximum: 1_000_000,
    }),
    inFlight: count('Deliveries at the application at once.', {
      default: 1000,
      minimum: 1,
      maximum: 1_000_000,
    }),
    waiters: count('Repeats that wait for a first delivery.', {
      default: 1000,
      minimum: 0,
      maximum: 1_000_000,
    }),
  },
  closed('Bounds on what a sender can take.'),
);

export const hookgateYaml = Section(
  {
    listen,
    admin,
    upstream,
    clientAddress,
    allowlist,
    checksum,
    duplicates,
    routes: List(route, { description: 'The webhook paths; at least one.', minItems: 1 }),
    otherPaths: choice(
      'deny: 404. passthrough: to the application, unjudged.',
      ['deny', 'passthrough'],
      'deny',
    ),
    limits,
    drain: Section(
      { delay: duration('Time between the failing readiness and the end of listening.', '5s', '0ms', '1h') },
      closed('How the process stops.'),
    ),
    log: Section(
      {
        level: logLevel(),
      },
      closed('What is logged.'),
    ),
  },
  closed('Configuration of Hookgate.'),
);

/** hookgate.yaml with every default filled in and every value read. */
export type Settings = Static<typeof hookgateYaml>;
