/**
 * The room `config` turns files, environment and flags into one validated `Config`; it decides nothing else.
 *
 * This is the shape of hookgate.yaml: every key with its default, what it does, and what else is known of it (`live`
 * or `restart`, flag, file). The static type is what a key holds after reading (milliseconds, bytes, a URL), so that
 * code and file cannot drift apart.
 */
import { Array as List, Object as Section, type Static, type TSchema, type Unsafe } from 'typebox';
import { profiles } from '../schemes/profiles.ts';
import { algorithms, digestEncodings, timeUnits } from '../schemes/settings.ts';
import {
  choice,
  count,
  duration,
  freeMap,
  live,
  logLevel,
  path,
  restart,
  size,
  text,
  yesOrNo,
} from './schema-leaves.ts';
import type { FileUse } from './shape-schema.ts';

const closed = (description: string) => ({ description, additionalProperties: false }) as const;

const configured = { secret: false, read: 'with the configuration' } as const;
const redisOnly = { only: { 'duplicates.store': ['redis'] } } as const;
const perConnection = { read: 'by each connection', ...redisOnly } as const;
const keysFiles: FileUse = { holds: 'keys', ...configured, secret: true, throughRoutes: true };
const allowlistFile: FileUse = {
  holds: 'allowlist',
  ...configured,
  onlyBeside: { mode: ['enforce', 'observe'] },
  throughRoutes: true,
};
const password: FileUse = { holds: 'password', secret: true, ...perConnection };

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
      count('Port of metrics, probes and status; 0 takes any free port.', {
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
        description: 'Used instead of resolving the name in url; the name stays the one of Host and TLS.',
        default: [],
      }),
    ),
    connections: live(
      count('Connections to the application, at most, for each upstream.', {
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
        description: 'Proxies whose word about the address is taken.',
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

const redis = Section(
  {
    url: restart(
      text<string | readonly string[]>(
        'redis-urls',
        'redis or rediss URL of Redis or Valkey; a list of them is a cluster.',
        'redis://valkey:6379',
      ),
    ),
    sentinels: restart(
      List(text<string>('host-port', 'host:port of a Sentinel.'), {
        description: 'Sentinels that name the master.',
        default: [],
      }),
    ),
    master: restart(text<string>('plain', "The master's name at the sentinels.", '')),
    userFile: restart(path("File with the user's name; empty: the URL's, or the default user.", ''), {
      file: { holds: 'user name', secret: false, ...perConnection },
    }),
    passwordFile: restart(path('File with the password; empty: none.', ''), { file: password }),
    sentinelPasswordFile: restart(path('File with the password of the sentinels; empty: none.', ''), {
      file: password,
    }),
    caFile: restart(
      path('PEM bundle for rediss instead of the authorities of the system; empty: those.', ''),
      { file: { holds: 'authorities', secret: false, ...perConnection } },
    ),
    keyPrefix: restart(
      text<string>('plain', 'Before every key, so that others may use the same server.', 'hookgate:'),
    ),
    timeout: restart(duration('Longest wait for the store, for one operation.', '2s', '50ms', '1m')),
    minReplicas: restart(
      count('Replicas that must have a record before it counts.', {
        default: 0,
        minimum: 0,
        maximum: 16,
      }),
    ),
  },
  closed('The store in Redis or Valkey.'),
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
      duration("How long a delivered event is remembered; beyond the sender's 48 h.", '7d', '1m', '3650d'),
    ),
    lease: restart(
      duration('How long a delivery in flight is held; beyond the upstream timeouts.', '60s', '1s', '1d'),
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

/** A leaf of a scheme; empty or not written, the profile's value holds. */
const schemeText = (description: string) => live(optional(text<string | undefined>('plain', description)));
const schemeChoice = <const Word extends string>(description: string, words: readonly Word[]) =>
  live(optional(choice<Word>(description, words)));

function optional<Schema extends TSchema>(schema: Schema): Schema {
  return { ...schema, 'x-optional': true };
}

const scheme = live({
  ...Section(
    {
      profile: live(choice('Whose scheme it is; the keys below override its own.', profileNames(), 'custom')),
      signature: schemeText('header:NAME, header:NAME#tag or json:/member.'),
      prefix: schemeText("Before the signature's text."),
      algorithm: schemeChoice('How the signature is made.', algorithms),
      encoding: schemeChoice('How it is written; hex in either case.', digestEncodings),
      message: schemeText(
        'What is signed: text and {body} {url} {header:NAME} {signature#t} {json:/member@ways}.',
      ),
      key: schemeText('text, base64 or hex, perhaps with a prefix to cut off.'),
      timestamp: Section(
        {
          from: schemeText('Where the signed time stands.'),
          unit: schemeChoice('Of the time.', timeUnits),
          tolerance: live(optional(duration('How far it may be off.', undefined, '1s', '1d'))),
        },
        closed('When it was signed.'),
      ),
      event: schemeText('json:/member or header:NAME.'),
      id: schemeText('What makes two deliveries the same, where it is signed.'),
      triesAgainFor: schemeText('A duration, none or unknown.'),
      publicUrl: schemeText('For {url}: as it is registered with the sender.'),
    },
    closed("How the sender signs: a profile's name, or a map."),
  ),
  type: ['string', 'object'],
  default: 'juicyway',
}) as unknown as ReturnType<typeof Unsafe<SchemeChoice>>;

function profileNames(): readonly string[] {
  return profiles.map(({ name }) => name);
}

/** `scheme` as it was written: a profile's name, or a map. */
export type SchemeChoice =
  | string
  | {
      readonly profile: string;
      readonly timestamp: {
        readonly from?: string;
        readonly unit?: 's' | 'ms';
        readonly tolerance?: number;
      };
      readonly [key: string]: unknown;
    };

const route = Section(
  {
    name: live(text<string>('route-name', 'The route label of metrics and logs.')),
    path: live(text<string>('route-path', 'Absolute path in normal form.'), { flag: '--path' }),
    events: live(
      List(text<string>('event-pattern', 'A name, a prefix with ".*", or "*".'), {
        description: 'Events to forward; others are answered 200 and dropped.',
        default: ['*'],
      }),
    ),
    unsignedFields: live(
      choice('Top-level fields that the signature does not cover.', ['strip', 'forward', 'reject'], 'strip'),
    ),
    scheme,
    keysDirectory: live(
      optional(
        path(
          "Directory with the route's keys; required but for juicyway, whose default is checksum.keysDirectory.",
        ),
      ),
      { file: { holds: 'keys', ...configured, secret: true } },
    ),
    allowlist: Section(
      {
        mode: live(choice('As allowlist.mode.', ['enforce', 'observe', 'off']), {
          inherits: 'allowlist.mode',
        }),
        file: live(path('YAML file with the addresses of the sender.', undefined, 1), {
          inherits: 'allowlist.file',
          file: {
            holds: 'allowlist',
            ...configured,
            onlyBeside: { mode: ['enforce', 'observe'] },
          },
        }),
      },
      closed('Who may send to this route.'),
    ),
    checksum: Section(
      {
        mode: live(choice('As checksum.mode.', ['enforce', 'observe']), { inherits: 'checksum.mode' }),
        encodings: live(
          List(text<string>('way', 'A way of writing.'), {
            description:
              "Ways of writing for this route; empty: the scheme's own, for juicyway checksum.encodings.",
            default: [],
          }),
        ),
      },
      closed('How the signature is checked.'),
    ),
    upstream: Section(
      {
        url: live(
          optional(
            text<URL | undefined>('upstream-url', 'The application of this route; upstream.url by default.'),
          ),
        ),
        caFile: live(optional(path('As upstream.caFile; that one belongs to upstream.url alone.')), {
          file: { holds: 'authorities', ...configured },
        }),
        addresses: live(
          optional(
            List(text<string>('address', 'An IP address.'), {
              description: 'As upstream.addresses; those belong to upstream.url alone.',
            }),
          ),
        ),
        connectTimeout: live(duration('As upstream.connectTimeout.', undefined, '1ms', '10m'), {
          inherits: 'upstream.connectTimeout',
        }),
        timeout: live(duration('As upstream.timeout.', undefined, '1ms', '1h'), {
          inherits: 'upstream.timeout',
        }),
        connections: live(count('As upstream.connections.', { minimum: 1, maximum: 65_535 }), {
          inherits: 'upstream.connections',
        }),
        keepAlive: live(duration('As upstream.keepAlive.', undefined, '1ms', '1h'), {
          inherits: 'upstream.keepAlive',
        }),
        signing: Section(
          {
            keysDirectory: live(path('As upstream.signing.keysDirectory.'), {
              inherits: 'upstream.signing.keysDirectory',
              file: { holds: 'signing keys', ...configured, secret: true },
            }),
            replace: live(yesOrNo('As upstream.signing.replace.'), {
              inherits: 'upstream.signing.replace',
            }),
          },
          closed('How what is forwarded is signed.'),
        ),
      },
      closed('The application of this route.'),
    ),
    retention: live(duration('How long its delivered events are remembered.', undefined, '1m', '3650d'), {
      inherits: 'duplicates.retention',
    }),
    repeatable: live(
      freeMap(
        'Events that genuinely come again with the same data, each with the time in which a repeat is one.',
        text<string>('event-name', 'The exact name of an event.'),
        duration('A repeat within it is suppressed.', undefined, '1s', '3650d'),
        {},
      ),
    ),
  },
  closed('One webhook path.'),
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
        default: 1000,
        minimum: 1,
        maximum: 1_000_000,
      }),
    ),
    connectionsPerPeer: restart(
      count('Open connections of one peer that is no trusted proxy.', {
        default: 500,
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
            'Unix socket on which whoever connects says that a stop is near; empty: none.',
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
