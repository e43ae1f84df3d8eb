import { Array as List, Object as Section } from 'typebox';
import { configured } from './schema-files.ts';
import {
  choice,
  closed,
  count,
  duration,
  freeMap,
  live,
  optional,
  path,
  text,
  yesOrNo,
} from './schema-leaves.ts';
import { scheme } from './schema-scheme.ts';

/** An item of `routes`: a new option of a route is a leaf here. */
export const route = Section(
  {
    name: live(text<string>('route-name', 'Of a-z, 0-9, _ and -; the route label of metrics and logs.'), {
      example: 'juicyway',
    }),
    path: live(text<string>('route-path', 'Absolute path in normal form.'), {
      flag: '--path',
      example: '/webhooks/juicyway',
    }),
    events: live(
      List(text<string>('event-pattern', 'A name, a prefix with ".*", or "*".'), {
        description:
          'Events to forward: names, prefixes such as payment.*, or *; others are answered 200 and dropped.',
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
      { file: { holds: 'keys', ...configured, secret: true }, example: '/etc/hookgate/keys' },
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
          { example: 'http://127.0.0.1:3000' },
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
        'Events that genuinely come again with the same data, each with the time in which a repeat is one (schemes.md).',
        text<string>('event-name', 'The exact name of an event.'),
        duration('A repeat within it is suppressed.', undefined, '1s', '3650d'),
        {},
      ),
    ),
  },
  closed('One webhook path.'),
);
