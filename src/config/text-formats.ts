import { parseWay } from '../json/way.ts';
import { wayNames } from '../schemes/template.ts';
import { parseDuration, parseSize } from '../values/units.ts';
import { parseAddressRange } from './address-range.ts';
import { isAddress, isHost, parseHostPort } from './host.ts';
import { redisUrlProblem } from './redis-url.ts';
import { pathProblem } from './route-path.ts';
import type { ShapeSchema, TextFormat } from './shape-schema.ts';
import { parseUpstreamUrl } from './upstream-url.ts';

/** A text as the setting holds it, or what was expected in its place. */
export type TextRead =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'invalid'; readonly expected: string };

/** Reads a text in the format of its key. */
export function readText(format: TextFormat, text: string, schema: ShapeSchema): TextRead {
  return readers[format](text, schema);
}

const readers: Readonly<Record<TextFormat, (text: string, schema: ShapeSchema) => TextRead>> = {
  plain: (text, { minLength = 0 }) => {
    if (text.includes('\0')) return invalid('expected text without NUL');
    return text.length < minLength ? invalid('expected something') : value(text);
  },
  duration: (text, schema) =>
    bounded(text, parseDuration, schema, 'expected a number with ms, s, m, h or d, such as 250ms or 7d'),
  size: (text, schema) =>
    bounded(text, parseSize, schema, 'expected a number with B, KiB or MiB, such as 512B or 256KiB'),
  host: (text) => {
    if (/^\[.*\]$/.test(text)) return invalid('expected the address without brackets');
    return isHost(text)
      ? value(text)
      : invalid('expected an address or a host name, such as "::" or 127.0.0.1');
  },
  address: (text) => {
    const range = parseAddressRange(text);
    return isAddress(text) && range.kind === 'range'
      ? value(range.text.replace(/\/(?:32|128)$/, ''))
      : invalid('expected an IP address, such as 10.0.0.1 or fd00::1');
  },
  'host-port': (text) => {
    const parsed = parseHostPort(text);
    return parsed === undefined || parsed.host === '' || parsed.port === 0
      ? invalid('expected host:port, such as sentinel-0:26379')
      : value(text);
  },
  'upstream-url': (text) => {
    const parsed = parseUpstreamUrl(text);
    return parsed.kind === 'url' ? value(parsed.url) : parsed;
  },
  'redis-urls': (text) => {
    const expected = redisUrlProblem(text);
    return expected === undefined ? value(text) : invalid(expected);
  },
  range: (text) => {
    const parsed = parseAddressRange(text);
    return parsed.kind === 'range' ? value(parsed.text) : parsed;
  },
  'route-name': (text) => {
    // `none` is the label of deliveries that no route took.
    if (text === 'none') return invalid('expected another name, since "none" stands for no route in metrics');
    return /^[a-z0-9][a-z0-9_-]{0,62}$/.test(text)
      ? value(text)
      : invalid('expected 1 to 63 of a-z, 0-9, "_" and "-", the first a letter or digit');
  },
  'route-path': (text) => {
    const expected = pathProblem(text);
    return expected === undefined ? value(text) : invalid(expected);
  },
  'denied-path': (text) => {
    const expected =
      text === '/'
        ? 'expected a path below "/"; otherPaths: deny refuses all but the webhooks'
        : pathProblem(text);
    return expected === undefined ? value(text) : invalid(expected);
  },
  'event-name': (text) =>
    /^[!-)+-{}~]{1,128}$/.test(text)
      ? value(text)
      : invalid('expected the exact name of an event, such as user.kyc-verification'),
  way: (text) => {
    const way = parseWay(text);
    return way === undefined ? invalid(wayNames) : value(way.name);
  },
  // A name as the envelope gate takes it (visible ASCII without "|", at most 128), or a prefix and ".*".
  'event-pattern': (text) =>
    text === '*' || /^[!-)+-{}~]{1,128}$/.test(text) || /^[!-)+-{}~]{1,126}\.\*$/.test(text)
      ? value(text)
      : invalid('expected "*", a name such as payment.completed, or a prefix such as "payment.*"'),
};

function bounded(
  text: string,
  parse: (text: string) => number | undefined,
  schema: ShapeSchema,
  expected: string,
): TextRead {
  const parsed = parse(text);
  if (parsed === undefined) return invalid(expected);
  const { 'x-minimum': least = text, 'x-maximum': most = text } = schema;
  return parsed < (parse(least) ?? 0) || parsed > (parse(most) ?? Number.POSITIVE_INFINITY)
    ? invalid(`expected from ${least} to ${most}`)
    : value(parsed);
}

function value(held: unknown): TextRead {
  return { kind: 'value', value: held };
}

function invalid(expected: string): TextRead {
  return { kind: 'invalid', expected };
}
