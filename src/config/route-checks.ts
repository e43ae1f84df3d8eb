import { deepPointers } from '../schemes/compile.ts';
import { defaultProfile } from '../schemes/profiles.ts';
import type { Scheme } from '../schemes/scheme.ts';
import { formatDuration } from '../values/units.ts';
import type { Finding } from './finding.ts';
import { quote } from './problem.ts';
import { schemeOfRoute } from './route-scheme.ts';
import type { Settings } from './schema.ts';

type RouteSettings = Settings['routes'][number];

/** What routes may not say: each alone, and beside each other. */
export function checkRoutes(settings: Settings): Finding[] {
  return [
    ...settings.routes.flatMap((route, index) => [
      ...checkAlone(route, index),
      ...checkBeside(settings.routes, index),
      ...checkWithScheme(settings, index),
    ]),
    ...checkSigning(settings),
  ];
}

/** Settings that are allowed, although they weaken the gate. */
export function routeWarnings(settings: Settings): string[] {
  return settings.routes.flatMap((route, index) => {
    const compiled = schemeOfRoute(settings, index);
    if (compiled.kind !== 'scheme') return [];
    const { scheme } = compiled;
    const name = `route ${route.name}`;
    const short = Object.entries(route.repeatable).filter(([, ms]) => ms < scheme.triesAgainForMs);
    return [
      ...scheme.warnings.map((warning) => `${name}: ${warning}`),
      ...short.map(
        ([event, ms]) =>
          `${name}: repeatable ${event} is ${formatDuration(ms)}, shorter than the ${formatDuration(scheme.triesAgainForMs)} ` +
          'in which the sender tries again: a retry after a lost answer, or a replay, goes through once per window',
      ),
      ...(scheme.covers === 'members'
        ? scheme.name === defaultProfile.name
          ? []
          : [`${name}: the signature covers part of the body only: ${coverText(scheme)}`]
        : []),
      ...(scheme.covers === 'nothing'
        ? [`${name}: nothing of the body is signed; the allowlist is what proves it`]
        : []),
      ...(scheme.event?.isSigned === false && scheme.covers !== 'nothing'
        ? [
            `${name}: the event's name is not signed: a captured body can be used once for each name in events`,
          ]
        : []),
    ];
  });
}

function coverText({ message }: Scheme): string {
  return message
    .flatMap((part) => (part.kind === 'member' ? [`/${part.pointer.join('/')}`] : []))
    .join(' and ');
}

function checkAlone(route: RouteSettings, index: number): Finding[] {
  if (route.events.length > 0) return [];
  return [
    {
      key: `routes[${index}].events`,
      found: 'found an empty list',
      expected: 'expected at least one pattern, or nothing would be forwarded',
    },
  ];
}

function checkBeside(routes: readonly RouteSettings[], index: number): Finding[] {
  const route = routes[index] as RouteSettings;
  const earlier = routes.slice(0, index);
  const findings: Finding[] = [];
  const sameName = earlier.findIndex(({ name }) => name === route.name);
  if (sameName !== -1) {
    findings.push({
      key: `routes[${index}].name`,
      found: `found ${quote(route.name)}, as in routes[${sameName}]`,
      expected: 'expected another name, since metrics tell routes by it',
    });
  }
  const samePath = earlier.findIndex(({ path }) => path.toLowerCase() === route.path.toLowerCase());
  if (samePath !== -1) {
    findings.push({
      key: `routes[${index}].path`,
      found: `found ${quote(route.path)}, as in routes[${samePath}] but for upper and lower case`,
      expected: 'expected another path, since some routers do not tell them apart',
    });
    return findings;
  }
  const bare = (path: string): string => path.toLowerCase().replace(/\/$/, '');
  const sameBare = earlier.findIndex(({ path }) => bare(path) === bare(route.path));
  if (sameBare !== -1) {
    findings.push({
      key: `routes[${index}].path`,
      found: `found ${quote(route.path)}, as in routes[${sameBare}] but for the "/" at the end`,
      expected: 'expected another path, since some routers do not tell them apart',
    });
  }
  return findings;
}

function checkWithScheme(settings: Settings, index: number): Finding[] {
  const route = settings.routes[index] as RouteSettings;
  const compiled = schemeOfRoute(settings, index);
  if (compiled.kind === 'findings') return [...compiled.findings];
  const { scheme } = compiled;
  const key = (name: string): string => `routes[${index}].${name}`;
  return [
    ...checkKeysDirectory(route, scheme, key),
    ...checkEvents(route, scheme, key),
    ...checkCoverage(route, scheme, key),
    ...checkRepeatable(route, scheme, key),
    ...checkOwnUpstream(route, scheme, key),
  ];
}

type KeyOf = (name: string) => string;

function checkKeysDirectory(route: RouteSettings, scheme: Scheme, key: KeyOf): Finding[] {
  if (route.keysDirectory !== undefined || scheme.name === defaultProfile.name) return [];
  return [
    {
      key: key('keysDirectory'),
      found: 'missing',
      expected: `expected a directory with the keys of this route, since those of checksum.keysDirectory are ${defaultProfile.name}'s`,
    },
  ];
}

function checkEvents({ events }: RouteSettings, scheme: Scheme, key: KeyOf): Finding[] {
  const found = `found ${events.join(', ')}`;
  if (scheme.event === undefined && !events.includes('*')) {
    return [
      {
        key: key('events'),
        found,
        expected: `expected "*", since scheme ${scheme.name} says no name of an event`,
      },
    ];
  }
  if (scheme.event?.isSigned !== false || !events.some((pattern) => pattern.includes('*'))) return [];
  return [
    {
      key: key('events'),
      found,
      expected:
        `expected the names of events without "*", since scheme ${scheme.name} does not sign them: ` +
        'a captured body can be used once for each name that is listed',
    },
  ];
}

function checkCoverage(route: RouteSettings, scheme: Scheme, key: KeyOf): Finding[] {
  const deep = [...deepPointers(scheme), ...deepUnsignedEvent(scheme)];
  if (scheme.covers === 'members' && deep.length > 0 && route.unsignedFields !== 'forward') {
    return [
      {
        key: key('unsignedFields'),
        found: `found ${route.unsignedFields}`,
        expected: `expected forward, since ${deep.join(' and ')} is no top-level member and what stands beside it is not signed`,
      },
    ];
  }
  if (scheme.covers !== 'nothing') return [];
  const findings: Finding[] = [];
  if (route.allowlist.mode !== 'enforce') {
    findings.push({
      key: key('allowlist.mode'),
      found: `found ${route.allowlist.mode}`,
      expected: `expected enforce, since scheme ${scheme.name} proves nothing about the body and the address is all there is`,
    });
  }
  if (route.unsignedFields === 'reject') {
    findings.push({
      key: key('unsignedFields'),
      found: 'found reject',
      expected: `expected strip or forward, since scheme ${scheme.name} signs no field of the body`,
    });
  }
  return findings;
}

function checkRepeatable(route: RouteSettings, scheme: Scheme, key: KeyOf): Finding[] {
  if (Object.keys(route.repeatable).length === 0) return [];
  const found = `found ${Object.keys(route.repeatable).join(', ')}`;
  const refuse = (expected: string): Finding[] => [{ key: key('repeatable'), found, expected }];
  if (scheme.id !== undefined || scheme.time !== undefined) {
    const what = scheme.id === undefined ? 'time' : 'id';
    return refuse(
      `expected none, since scheme ${scheme.name} signs an ${what}, which tells genuine events apart`.replace(
        'an time',
        'a time',
      ),
    );
  }
  if (scheme.event === undefined)
    return refuse(`expected none, since scheme ${scheme.name} says no name of an event`);
  if (route.allowlist.mode !== 'enforce') {
    return refuse(
      'expected allowlist.mode enforce for this route, since anybody could use a captured body once per window',
    );
  }
  return [];
}

/** An event's name that nobody signed is never stripped, and all that stands around it with it. */
function deepUnsignedEvent({ event }: Scheme): string[] {
  if (event === undefined || event.isSigned || event.from.kind !== 'member') return [];
  return event.from.pointer.length > 1 ? [`/${event.from.pointer.join('/')}`] : [];
}

/** The headers that both Standard Webhooks as a scheme and upstream.signing use. */
const standardFields = new Set(['webhook-id', 'webhook-timestamp', 'webhook-signature']);

function checkOwnUpstream(route: RouteSettings, scheme: Scheme, key: KeyOf): Finding[] {
  const findings: Finding[] = [];
  const { url, caFile, signing } = route.upstream;
  if (caFile !== undefined && caFile !== '' && url !== undefined && url.protocol !== 'https:') {
    findings.push({
      key: key('upstream.caFile'),
      found: `found ${quote(caFile)} beside ${url.protocol}//`,
      expected: 'expected an https url, or no caFile',
    });
  }
  const fields = [scheme.signature, ...scheme.message].flatMap((place) =>
    place.kind === 'header' ? [place.name] : [],
  );
  const usesSame = fields.some((name) => standardFields.has(name.toLowerCase()));
  if (signing.keysDirectory !== '' && !signing.replace && usesSame) {
    findings.push({
      key: key('upstream.signing'),
      found: `found it beside scheme ${scheme.name}, whose sender writes the same webhook-* fields`,
      expected:
        "expected none, or replace: true where the application checks the gate's and not the sender's",
    });
  }
  return findings;
}

/** A key that signs is told to one application, and to no sender. */
function checkSigning({ routes, upstream, checksum }: Settings): Finding[] {
  const used = routes.flatMap((route, index) =>
    route.upstream.signing.keysDirectory === ''
      ? []
      : [
          {
            key: `routes[${index}].upstream.signing.keysDirectory`,
            path: route.upstream.signing.keysDirectory,
            origin: (route.upstream.url ?? upstream.url).origin,
          },
        ],
  );
  const verifying = routes.map((route) => route.keysDirectory ?? checksum.keysDirectory);
  return used.flatMap(({ key, path, origin }, at) => {
    const other = used.slice(0, at).find((earlier) => earlier.path === path && earlier.origin !== origin);
    if (other !== undefined) {
      return [
        {
          key,
          found: `found ${quote(path)}, which also signs for ${other.origin}`,
          expected: 'expected a directory of its own, since each application could sign for the other',
        },
      ];
    }
    if (!verifying.includes(path)) return [];
    return [
      {
        key,
        found: `found ${quote(path)}, whose keys also verify a sender`,
        expected: 'expected a directory of its own, since the sender could sign for the gate',
      },
    ];
  });
}
