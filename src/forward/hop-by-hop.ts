import { elementsOf } from '../values/field-grammar.ts';
import { roleOf } from './forwarded-fields.ts';

/**
 * The header fields that may go on to the next hop, names and values alternating as they came (RFC 9110
 * section 7.6.1). Left out, in requests and answers alike:
 *
 * - Connection and every field that it lists, except those that `isKeptAlthoughListed` names;
 * - Keep-Alive, Transfer-Encoding, TE, Trailer, Upgrade, Expect, HTTP2-Settings and all Proxy-* fields, listed or not;
 * - fields whose name or value is not legal (section 5). Node's parser lets none of them in.
 *
 * The framing, the host and what the gate adds are for the caller to set.
 */
export function endToEndHeaders(rawHeaders: readonly string[]): string[] {
  const listed = listedByConnection(rawHeaders);
  const kept: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    const value = rawHeaders[index + 1] as string;
    if (isHopByHop(name) || listed?.has(name.toLowerCase())) continue;
    if (isFieldName(name) && isFieldValue(value)) kept.push(name, value);
  }
  return kept;
}

const fieldName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const illegalInValue = /[^\t\x20-\x7e\x80-\xff]/;

/** Whether `name` is a token (RFC 9110 section 5.6.2). */
export function isFieldName(name: string): boolean {
  return fieldName.test(name);
}

/** Whether `value` can be sent: visible characters, blanks and obs-text (RFC 9110 section 5.5), one byte each. */
export function isFieldValue(value: string): boolean {
  return !illegalInValue.test(value);
}

/**
 * A sender that lists these wants the application to read another request than the gate did: without
 * Content-Length the body becomes the next request, without Host another site answers, and without what the proxies
 * on the way wrote of the client the nearest of them is the client (CVE-2022-31813): some hand Connection on. RFC 9110
 * forbids listing what is meant for every recipient, so the list is not followed here.
 */
function isKeptAlthoughListed(field: string): boolean {
  return framing.has(field) || roleOf(field) !== undefined;
}

const framing: ReadonlySet<string> = new Set(['content-encoding', 'content-length', 'content-type', 'host']);

/** Lower-case names that Connection lists beyond `close`, `keep-alive` and the like; undefined where there are none. */
function listedByConnection(rawHeaders: readonly string[]): Set<string> | undefined {
  let listed: Set<string> | undefined;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue;
    const value = rawHeaders[index + 1] as string;
    if (value === 'keep-alive' || value === 'close') continue;
    for (const option of elementsOf(value)) {
      const field = option.toLowerCase();
      if (isKeptAlthoughListed(field)) continue;
      listed ??= new Set();
      listed.add(field);
    }
  }
  return listed;
}

/** By first letter and length, so that most names are never lower-cased. */
function isHopByHop(name: string): boolean {
  if ((name.charCodeAt(0) | 0x20) === 0x70) return name.slice(0, 6).toLowerCase() === 'proxy-';
  switch (name.length) {
    case 2:
    case 6:
    case 7:
    case 10:
    case 14:
    case 17:
      return hopByHop.has(name.toLowerCase());
    default:
      return false;
  }
}

const hopByHop: ReadonlySet<string> = new Set([
  'te',
  'expect',
  'upgrade',
  'trailer',
  'connection',
  'keep-alive',
  'http2-settings',
  'transfer-encoding',
]);
