import { InvalidArgumentError } from 'commander';
import { readInputFile } from '../config/input-file.ts';
import { isFieldName, isFieldValue } from '../forward/hop-by-hop.ts';
import { parseWay } from '../json/way.ts';
import { wayNames } from '../schemes/template.ts';
import type { Tampering } from '../sender/tamper.ts';
import { isMap } from '../values/is-map.ts';
import { formatDuration, parseDuration } from '../values/units.ts';
import type { SchemeOptions } from './scheme-options.ts';

/** The options of `hookgate send`, after parsing. */
export interface SendOptions extends SchemeOptions {
  readonly url: URL;
  /** One of these two. */
  readonly keyFile?: string;
  readonly keyEnv?: string;
  readonly event: string;
  /** Text of a JSON object; undefined: the sample. */
  readonly data?: string | undefined;
  /** A way of writing; undefined: sorted, or the first of the scheme's own. */
  readonly encoding?: string;
  readonly times: number;
  readonly repeat: number;
  readonly concurrency: number;
  readonly rate?: number;
  readonly tamper?: Tampering;
  /** Names and values alternating. */
  readonly header: readonly string[];
  readonly retries: number;
  readonly retryInterval: number;
  readonly timeout: number;
  readonly caFile?: string;
  readonly json?: true;
  readonly quiet?: true;
}

/** A way of writing, by its usual name. */
export function parseEncoding(text: string): string {
  const way = parseWay(text);
  if (way !== undefined) return way.name;
  throw new InvalidArgumentError(`${wayNames}.`);
}

export function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new InvalidArgumentError('expected an http or https URL.');
  if (url.username === '' && url.password === '') return url;
  throw new InvalidArgumentError('expected a URL without a name and a password, which are not sent.');
}

export function parseCount(text: string): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count > 0) return count;
  throw new InvalidArgumentError('expected a whole number of 1 or more.');
}

export function parseCountOrNone(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number of 0 or more.');
}

export function parseRate(text: string): number {
  const rate = /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  if (rate > 0) return rate;
  throw new InvalidArgumentError('expected events a second, such as 50 or 0.5.');
}

export function parseMilliseconds(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined)
    throw new InvalidArgumentError('expected a number with a unit of ms, s, m, h or d, such as 30s.');
  if (ms <= mostMs) return ms;
  throw new InvalidArgumentError(`expected at most ${formatDuration(mostMs)}.`);
}

/** Timers of Node's take 2^31 - 1 milliseconds, some 24.8 days; a longer one ends at once. */
const mostMs = 24 * 86_400_000;

export function parseTimeout(text: string): number {
  const ms = parseMilliseconds(text);
  if (ms > 0) return ms;
  throw new InvalidArgumentError('expected more than nothing, such as 30s.');
}

/** `--header` may be given several times. What the HTTP client sets by itself is refused, as is a second Host. */
export function collectHeader(text: string, collected: readonly string[]): readonly string[] {
  const colon = text.indexOf(':');
  const name = text.slice(0, Math.max(colon, 0)).trim();
  const value = text.slice(colon + 1).trim();
  if (!isFieldName(name) || !isFieldValue(value)) throw new InvalidArgumentError("expected 'Name: value'.");
  const lower = name.toLowerCase();
  if (ownFields.has(lower)) throw new InvalidArgumentError(`${name} is set by the sender itself.`);
  if (lower === 'host' && collected.some((field, at) => at % 2 === 0 && field.toLowerCase() === 'host')) {
    throw new InvalidArgumentError('expected one Host.');
  }
  return [...collected, name, value];
}

const ownFields: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

/** JSON text, or `@file` with it, which is read later: a pipe has to be waited for. */
export function parseData(text: string): string {
  if (text === '@') throw new InvalidArgumentError('expected the name of a file behind @.');
  if (text.startsWith('@')) return text;
  const expected = unlessObject(text);
  if (expected === undefined) return text.trim();
  throw new InvalidArgumentError(`${expected}.`);
}

/** The data object's text, where one was given. Throws a sentence where a file has none. */
export async function readData(parsed: string | undefined): Promise<string | undefined> {
  if (parsed?.startsWith('@') !== true) return parsed;
  const json = (await readInputFile(parsed.slice(1))).toString();
  const expected = unlessObject(json);
  if (expected === undefined) return json.trim();
  throw new Error(`--data ${parsed}: ${expected}`);
}

/** What was expected in the place of a text that is no JSON object. */
function unlessObject(json: string): string | undefined {
  if (json.startsWith('\ufeff')) return 'expected JSON without a byte order mark';
  try {
    if (isMap(JSON.parse(json))) return undefined;
  } catch {
    // Told below; the parser's own words would not name the option.
  }
  return 'expected a JSON object';
}
