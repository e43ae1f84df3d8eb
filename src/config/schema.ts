/**
 * The room `config` turns files, environment and flags into one validated `Config`; it decides nothing else.
 *
 * This is the shape of hookgate.yaml: every key with its default, what it does, and what else is known of it (`live`
 * or `restart`, flag, file). The static type is what a key holds after reading (milliseconds, bytes, a URL), so that
 * code and file cannot drift apart.
 */
import { Array as List, Object as Section, type Static } from 'typebox';
import { allowlistFile, configured, keysFiles } from './schema-files.ts';
import {
  choice,
  closed,
  count,
  duration,
  live,
  logLevel,
  path,
  restart,
  size,
  text,
  yesOrNo,
} from './schema-leaves.ts';
import { redis } from './schema-redis.ts';
import { route } from './schema-route.ts';

const listen = Section(
  {
    host: restart(
      text<string>('host', 'Address or name to listen on; "::" is every address, IPv4 included.', '::'),
      { flag: '--listen' },
    ),
    port: restart(
      count('Port of the traffic; 0 takes any free port.', {
        default: 8080,
        minimum: 0,
        maximum: 65_535,
      }),
      { flag: '--listen' },
    ),
    tls: Section(
      {
        certFile: live(path('PEM file of the certificate chain. Empty, with keyFile: plain HTTP.', ''), {
          restartAround: '',
          file: { holds: 'certificate', ...configured },
        }),
        keyFile: live(path('PEM file of the private key.', ''), {
          restartAround: '',
          file: { holds: 'private key', ...configured, secret: true },
        }),
        minVersion: live(choice('The oldest TLS version that is spoken.', ['TLSv1.2', 'TLSv1.3'], 'TLSv1.2')),
      },
      closed('TLS of the traffic port.'),
    ),
    keepAlive: restart(
      duration(
        'How long a connection may rest. Longer than the front keeps it (90s Traefik, 600s Google): ' +
          'whoever closes first never sends into a connection that the other has just closed.',
        '620s',
        '1s',
        '1d',
      ),
    ),
  },
  closed('Where senders are listened to.'),
);

const admin = Section(
  {
    host: restart(text<string>('host', 'Address or name of the admin port.', '::'), { flag: '--admin' }),
    port: restart(
      count('Port of metrics, probes and status, not listen.port; 0 takes any free port.', {
        default: 9090,
        minimum: 0,
        maximum: 65_535,
      }),
      { flag: '--admin' },
    ),
    hosts: live(
      List(text<string>('host', 'A name.'), {
        description:
          'Names besides addresses and localhost by which the page and what it shows may be called.',
        default: [],
      }),
    ),
  },
  closed('The admin port; never open it to senders.'),
);

const upstream = Section(
  {
    url: live(text<URL>('upstream-url', 'The application: http or https, perhaps with a path prefix.'), {
      flag: '--upstream',
      example: 'http://127.0.0.1:3000',
    }),
    caFile: live(
      path('PEM bundle that replaces the certificate authorities of the system; only with https.', ''),
      { file: { holds: 'authorities', ...configured, throughRoutes: true } },
    ),
    connectTimeout: live(duration('Longest wait for a connection.', '2s', '1ms', '10m')),
    timeout: live(
      duration('Longest wait for the whole answer, time in the queue included.', '25s', '1ms', '1h'),
    ),
    addresses: live(
      List(text<string>('address', 'An IP address.'), {
        description:
          "Used instead of resolving the name in url, which stays the one of Host and TLS; in a sidecar the pod's own.",
        default: [],
      }),
    ),
    connections: live(
      count('Connections to the application, at most, for each of its addresses.', {
        default: 64,
        minimum: 1,
        maximum: 65_535,
      }),
    ),
    keepAlive: live(
      duration(
        'How long a connection may rest where the application gives no hint; less than its own limit.',
        '1500ms',
        '1ms',
        '1h',
      ),
    ),
    signing: Section(
      {
        keysDirectory: live(
          path('Directory with one file a key, by which what is forwarded is signed; empty: it is not.', ''),
          { file: { holds: 'signing keys', ...configured, secret: true, throughRoutes: true } },
        ),
        replace: live(
          yesOrNo(
            "Where the sender's own scheme is Standard Webhooks, its webhook-* fields give way to the gate's.",
            false,
          ),
        ),
      },
      closed("One verdict for the application: Standard Webhooks' fields over what is forwarded."),
    ),
  },
  closed('The application behind the gate.'),
);

const clientAddress = Section(
  {
    from: live(
      choice(
        'peer: of the connection. forwarded: X-Forwarded-For, walked through trustedProxies. proxyProtocol: v1 and v2.',
        ['peer', 'forwarded', 'proxyProtocol'],
        'peer',
      ),
      { restartAround: 'proxyProtocol' },
    ),
    trustedProxies: live(
      List(text<string>('range', 'An address or a CIDR.'), {
        description: 'Proxies whose word about the address is taken; needed unless from is peer.',
        default: [],
      }),
    ),
  },
  closed("Where the sender's address comes from."),
);

const allowlist = Section(
  {
    mode: live(
      choice(
        'enforce: refuse other addresses. observe: let them through and count them. off: do not look.',
        ['enforce', 'observe', 'off'],
        'enforce',
      ),
    ),
    file: live(
      path('YAML file with the addresses of the sender.', '/etc/hookgate/allowlist/allowlist.yaml', 1),
      { file: allowlistFile },
    ),
  },
  closed('Who may send.'),
);

const checksum = Section(
  {
    mode: live(
      choice(
        'enforce: refuse a wrong checksum. observe: forward it as unverified and count it.',
        ['enforce', 'observe'],
        'enforce',
      ),
    ),
    keysDirectory: live(
      path("Directory with one file a key; the file's name is the key's.", '/etc/hookgate/keys', 1),
      { flag: '--keys-directory', file: keysFiles },
    ),
    encodings: live(
      List(
        text<string>('way', 'received, compact, sorted or sorted-top, perhaps with +spaced and the like.'),
        {
          description: 'How data may have been written when it was signed; each is tried.',
          default: ['received', 'compact', 'sorted'],
        },
      ),
    ),
  },
  closed('How the checksum is checked.'),
);

const duplicates = Section(
  {
    store: restart(
      choice(
        'embedded: a file of this process. redis: shared by replicas. memory: only for tests and demonstrations.',
        ['embedded', 'redis', 'memory'],
        'embedded',
      ),
    ),
    retention: restart(
      duration(
        'How long a delivered event is remembered: longer than its sender tries again (Juicyway: 48 hours).',
        '7d',
        '1m',
        '3650d',
      ),
    ),
    lease: restart(
      duration(
        'How long a delivery in flight is held: longer than upstream.connectTimeout and upstream.timeout together, ' +
          'and than redis.timeout.',
        '60s',
        '1s',
        '1d',
      ),
    ),
    whenStoreDown: restart(
      choice(
        'refuse: answer 503, the sender tries again. forward: deliver, at the risk of repeats.',
        ['refuse', 'forward'],
        'refuse',
      ),
    ),
    embedded: Section(
      {
        file: restart(path('File of the embedded store.', '/var/lib/hookgate/events.db', 1), {
          flag: '--store-file',
          file: {
            holds: 'events',
            secret: false,
            read: 'by the store',
            only: { 'duplicates.store': ['embedded'] },
          },
        }),
      },
      closed('The store in a file.'),
    ),
    redis,
  },
  closed('How repeats are told.'),
);

const limits = Section(
  {
    body: live(size('Largest body.', '256KiB', '1B', '64MiB')),
    headers: live(count('Header fields of one request.', { default: 100, minimum: 4, maximum: 2000 })),
    headerBytes: restart(size('Header bytes of one request.', '16KiB', '1KiB', '1MiB')),
    bodyTime: live(duration('Longest wait for a body.', '10s', '1ms', '1h')),
    headerTime: restart(duration('Longest wait for a header.', '10s', '1ms', '1h')),
    uploadIdle: live(
      duration('Longest silence in the middle of a body that is passed through.', '60s', '1ms', '1h'),
    ),
    streamIdle: live(
      duration('Longest silence in both directions of anything that is passed through.', '1h', '1ms', '7d'),
    ),
    connections: restart(
      count('Open connections. Each may take 40 KiB beside bufferedBytes.', {
        default: 10_000,
        minimum: 1,
        maximum: 1_000_000,
      }),
    ),
    connectionsPerPeer: restart(
      count('Open connections of one peer that is no trusted proxy.', {
        default: 1000,
        minimum: 1,
        maximum: 1_000_000,
      }),
    ),
    inFlight: restart(
      count('Deliveries at the application at once.', {
        default: 1000,
        minimum: 1,
        maximum: 1_000_000,
      }),
    ),
    waiters: live(
      count('Repeats that wait for a first delivery.', {
        default: 1000,
        minimum: 0,
        maximum: 1_000_000,
      }),
    ),
    bufferedBytes: restart(
      size(
        'All bodies, answers and streams held at one time; a quarter of the memory that the process may have.',
        '64MiB',
        '64KiB',
        '65536MiB',
      ),
    ),
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
    otherPaths: restart(
      choice('deny: 404. passthrough: to the application, unjudged.', ['deny', 'passthrough'], 'deny'),
    ),
    denyPaths: live(
      List(text<string>('denied-path', 'Absolute path in normal form, with all below it.'), {
        description: 'Paths that are refused with 404, in every spelling, whatever otherPaths says.',
        default: [],
      }),
    ),
    limits,
    drain: Section(
      {
        socket: restart(
          text<string>(
            'plain',
            "Unix socket on which whoever connects says that a stop is near (the sidecar's preStop); empty: none.",
            '',
          ),
        ),
        delay: live(
          duration('Time between the failing readiness and the end of listening.', '5s', '0ms', '1h'),
        ),
      },
      closed('How the process stops.'),
    ),
    log: Section(
      {
        level: live(logLevel()),
      },
      closed('What is logged.'),
    ),
  },
  closed('Configuration of Hookgate.'),
);

/** hookgate.yaml with every default filled in and every value read. */
export type Settings = Static<typeof hookgateYaml>;
