import { shareOf } from '../addresses/share.ts';
import type { BufferedBytes } from '../claims/buffered-bytes.ts';
import type { BodyRead, Delivery } from '../delivery/delivery.ts';
import { noRoom } from '../delivery/overloaded.ts';
import { type Rejection, reject } from '../delivery/rejections.ts';
import { elementsOf, partsOf } from '../values/field-grammar.ts';
import type { Admitted } from './allowlist.ts';
import type { Gate } from './gate.ts';
import type { LiveRoute } from './live-route.ts';

/** The whole body is in memory; nothing in it is trusted yet. */
class ReceivedDelivery {
  declare protected readonly proof: 'received';
  readonly delivery: Delivery;
  readonly route: LiveRoute;
  readonly body: Buffer;
  constructor(admitted: Admitted, body: Buffer) {
    this.delivery = admitted.delivery;
    this.route = admitted.route;
    this.body = body;
  }
}
export type Received = ReceivedDelivery;

/**
 * Reads an uncompressed JSON body, at most `maxBytes` within `timeoutMs`. A compressed body is refused unread, so
 * a compression bomb costs nothing. What it reads is taken out of `buffered` first.
 */
export function createBodyGate(limits: {
  maxBytes: number;
  timeoutMs: number;
  buffered: BufferedBytes;
  now: () => number;
}): Gate<Admitted, Received> {
  return (admitted) => {
    const refusal = judgeMediaType(admitted);
    if (refusal !== undefined) return refusal;
    const { delivery, isListed } = admitted;
    const { facts } = delivery;
    const startedMs = limits.now();
    const held = limits.buffered.open({ share: shareOf(facts.address ?? delivery.peer.address), isListed });
    delivery.held = held;
    const { maxBytes, timeoutMs } = limits;
    return delivery.readBody({ maxBytes, timeoutMs, held }).then((read) => {
      facts.bodyMs = limits.now() - startedMs;
      facts.bodyBytes = read.kind === 'complete' ? read.bytes.length : read.readBytes;
      return read.kind === 'complete' ? new ReceivedDelivery(admitted, read.bytes) : refuse(read, limits);
    });
  };
}

/** Only UTF-8 is read, and nobody may be told that the same bytes are anything else. */
function judgeMediaType({ fields }: Admitted): Rejection | undefined {
  if (fields.contentEncoding !== undefined && !elementsOf(fields.contentEncoding).every(isIdentity)) {
    return reject('unsupported_media_type', `Content-Encoding ${JSON.stringify(fields.contentEncoding)}`);
  }
  if (fields.contentType === undefined) return reject('unsupported_media_type', 'no Content-Type');
  if (!isJsonInUtf8(fields.contentType)) {
    return reject(
      'unsupported_media_type',
      `Content-Type ${JSON.stringify(fields.contentType)}${hintFor(fields.contentType)}`,
    );
  }
  return undefined;
}

function isIdentity(coding: string): boolean {
  return coding.toLowerCase() === 'identity';
}

/** Some senders have a setting for it, and a form is what they send without. */
function hintFor(contentType: string): string {
  return /^application\/x-www-form-urlencoded/i.test(contentType)
    ? "; where the sender lets you choose (GitHub: the webhook's Content type), choose application/json"
    : '';
}

/**
 * RFC 8259 knows no charset parameter, but senders write one, and no header is covered by the checksum: an application
 * that decodes a genuine body as UTF-7 or UTF-16 reads another event. Some of them also know the spellings of RFC 2231
 * (`charset*=`, `charset*0=`), take the last of two, or cut quotes off: so it comes once, as a plain name, and the word
 * stands in no other name and in no quoted string. Parameters may be empty (RFC 9110 section 5.6.6).
 */
function isJsonInUtf8(contentType: string): boolean {
  if (contentType === 'application/json') return true;
  const [mediaType = '', ...parameters] = partsOf(contentType.toLowerCase(), ';') ?? [];
  if (!jsonMediaType.test(mediaType)) return false;
  let charsets = 0;
  return parameters.every((written) => {
    if (written === '') return true;
    const [, name, value = ''] = parameter.exec(written) ?? [];
    if (name === undefined) return false;
    if (name !== 'charset')
      return !name.includes('charset') && !(isQuoted(value) && value.includes('charset'));
    charsets += 1;
    return charsets === 1 && (value === 'utf-8' || value === '"utf-8"' || value === 'utf8');
  });
}

const jsonMediaType = /^application\/(?:[a-z0-9.-]+\+)?json$/;
const parameter = /^([!#$%&'*+\-.^_`|~a-z0-9]+)[ \t]*=[ \t]*([^= \t"]+|"(?:[^"\\]|\\.)*")$/;

function isQuoted(value: string): boolean {
  return value.startsWith('"');
}

function refuse(
  read: Exclude<BodyRead, { kind: 'complete' }>,
  limits: { maxBytes: number; timeoutMs: number },
) {
  switch (read.kind) {
    case 'too_large':
      return reject('body_too_large', `more than ${limits.maxBytes} bytes`);
    case 'timeout':
      return reject('body_timeout', `${read.readBytes} bytes in ${limits.timeoutMs} ms`);
    case 'no_room':
      return noRoom();
    case 'aborted':
      return reject('malformed_request', `the sender left after ${read.readBytes} bytes of the body`);
  }
}
