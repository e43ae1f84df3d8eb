import { createPrivateKey, type KeyObject, sign as signEd25519 } from 'node:crypto';
import { createMembersScan } from '../json/scan-members.ts';
import type { Way } from '../json/way.ts';
import { createEnvelopeScan, type Envelope, wholeBody } from './envelope.ts';
import { type RawHeaders, readField } from './head-fields.ts';
import { createHmac, digestBytes } from './hmac.ts';
import { decode, hashOf, readKeyBytes } from './live-key.ts';
import type { Scheme } from './scheme.ts';
import { createMessageReader } from './signed-text.ts';
import { isSamePlace, type Place } from './template.ts';
import { joined } from './verify.ts';

/** What was to be signed cannot be signed so; the message is a sentence about it. */
export class UnsignableEvent extends Error {
  override readonly name = 'UnsignableEvent';
}

export interface SignDeliveryOptions {
  /** The key as its file has it; for Ed25519 the private one, `whsk_` or 32 bytes, as the scheme writes keys. */
  readonly secret: Buffer;
  /** The way in which the part with `@` is written in the signed text; the first listed one by default. */
  readonly way?: Way | undefined;
  readonly hexCase?: 'upper' | 'lower' | undefined;
  /** Wall-clock milliseconds, for a signed time. */
  readonly nowMs: number;
  /** For a signed header that holds an id. */
  readonly id?: string | undefined;
  /** For a header that holds the event's name. */
  readonly event?: string | undefined;
  /** Header fields that are there already; one that is signed is taken from here. */
  readonly fields?: RawHeaders | undefined;
}

export interface SignedDelivery {
  /** Names and values alternating: the signature, and what else the sender puts into the head. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** Signs a body as the scheme's sender does. Throws `UnsignableEvent` where the gate would refuse the result. */
export function signDelivery(scheme: Scheme, body: Buffer, signing: SignDeliveryOptions): SignedDelivery {
  const envelope = scan(scheme, body);
  const time = String(Math.floor(signing.nowMs / (scheme.time?.unit === 'ms' ? 1 : 1000)));
  const headers = [...(signing.fields ?? [])];
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && readField(headers, name.toLowerCase()).kind === 'absent')
      headers.push(name, value);
  };
  for (const place of headerPlaces(scheme)) {
    if (scheme.time !== undefined && isSamePlace(place, scheme.time.from)) add(place.name, time);
    else if (scheme.id !== undefined && isSamePlace(place, scheme.id)) add(place.name, signing.id);
    else if (scheme.event !== undefined && isSamePlace(place, scheme.event.from))
      add(place.name, signing.event);
  }
  const { signature } = scheme;
  // A signed tag is nearly always the time, also where the scheme does not look at it.
  const tags = new Set(scheme.message.flatMap((part) => (part.kind === 'tag' ? [part.tag] : [])));
  const before = [...tags].map((tag) => `${tag}=${time}`).join(',');
  const provisional = before === '' ? headers : [...headers, signature.name, before];
  const written = writeSignature(scheme, signing, provisional, envelope);
  if (signature.kind === 'member') {
    return { headers, body: withSignature(scheme, envelope, written.text) };
  }
  const value =
    signature.tag === undefined
      ? written.text
      : before === ''
        ? scheme.key.prefix === ''
          ? `${signature.tag}=${written.text}`
          : `${written.tag},${written.text}`
        : `${before},${signature.tag}=${written.text}`;
  return { headers: [...headers, signature.name, value], body };
}

function scan(scheme: Scheme, body: Buffer): Envelope {
  if (scheme.form === undefined) return wholeBody(body);
  const result = createEnvelopeScan(scheme.form)(body);
  if (result.kind === 'envelope') return result.envelope;
  throw new UnsignableEvent(`This is no event: ${result.problem} at byte ${result.offset}.`);
}

function headerPlaces(scheme: Scheme): Extract<Place, { kind: 'header' }>[] {
  const places = [...scheme.message, scheme.event?.from];
  return places.filter((place) => place?.kind === 'header');
}

/** The signature's text with its prefix, and the tag of its kind. */
function writeSignature(
  scheme: Scheme,
  signing: SignDeliveryOptions,
  headers: RawHeaders,
  envelope: Envelope,
): { readonly text: string; readonly tag: string } {
  const tag = scheme.signature.kind === 'header' ? (scheme.signature.tag ?? '') : '';
  const { secret } = signing;
  const isPrivate = secret.toString('latin1').startsWith(privatePrefix);
  if (scheme.algorithm === 'equals') {
    return { text: scheme.prefix + keyBytes(scheme, secret).toString('latin1'), tag };
  }
  const parts = createMessageReader(scheme)(headers, envelope);
  if ('kind' in parts) throw new UnsignableEvent(`It cannot be signed: ${parts.detail}.`);
  const text = parts.text(signing.way ?? parts.ways[0]);
  if (isPrivate || scheme.algorithm === 'ed25519') {
    const digest = signEd25519(null, joined(text), privateKey(scheme, secret));
    return {
      text: scheme.prefix + digest.toString(scheme.encoding),
      tag: isPrivate && tag === 'v1' ? 'v1a' : tag,
    };
  }
  const digest = Buffer.alloc(digestBytes[hashOf[scheme.algorithm]]);
  createHmac(hashOf[scheme.algorithm], keyBytes(scheme, secret))(digest, text.head, text.data, text.tail);
  const encoded = digest.toString(scheme.encoding);
  const isUpper = scheme.encoding === 'hex' && signing.hexCase === 'upper';
  return { text: scheme.prefix + (isUpper ? encoded.toUpperCase() : encoded), tag };
}

function keyBytes(scheme: Scheme, secret: Buffer): Buffer {
  const read = readKeyBytes(scheme, secret);
  if ('expected' in read) throw new UnsignableEvent(`The key cannot be used: ${read.expected}.`);
  return read.bytes;
}

const privatePrefix = 'whsk_';

function privateKey(scheme: Scheme, secret: Buffer): KeyObject {
  const text = secret.toString('latin1');
  const kind = text.startsWith(privatePrefix) || scheme.key.kind === 'text' ? 'base64' : scheme.key.kind;
  const seed = decode(
    text.startsWith(privatePrefix) ? text.slice(privatePrefix.length) : text,
    kind,
  )?.subarray(0, 32);
  if (seed?.length !== 32)
    throw new UnsignableEvent(`The key cannot be used: expected ${kind} of a private key.`);
  // RFC 8410 section 7: what stands before the 32 bytes in a PrivateKeyInfo.
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

/** The body with the signature as its first member; the other read members follow in alphabetical order. */
function withSignature(scheme: Scheme, envelope: Envelope, signature: string): Buffer {
  const { body } = envelope;
  const text = ({ start, end }: { start: number; end: number }): string => body.toString('utf8', start, end);
  const own = scheme.signature.name;
  const names = (scheme.form?.names ?? []).filter((name) => name !== own).sort();
  const members = names.flatMap((name) => {
    const value = envelope.member(name);
    if (value === undefined) return [];
    const isEvent = name === scheme.form?.event && envelope.event !== undefined;
    return [`${JSON.stringify(name)}:${isEvent ? JSON.stringify(envelope.event) : text(value)}`];
  });
  const first = `${JSON.stringify(own)}:${JSON.stringify(signature)}`;
  // Not `unsigned` of the envelope, which tells of none where nothing of the body is signed.
  const scan = createMembersScan(scheme.form?.names ?? [])(body);
  const others = scan.kind === 'fault' ? [] : scan.others;
  return Buffer.from(`{${[first, ...members, ...others.map(text)].join(',')}}`, 'utf8');
}
