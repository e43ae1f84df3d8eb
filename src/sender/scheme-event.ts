import { randomUUID } from 'node:crypto';
import type { Way } from '../json/way.ts';
import type { Scheme } from '../schemes/scheme.ts';
import { type SignedDelivery, signDelivery } from '../schemes/sign-delivery.ts';
import { withForgedAmount } from './sample-event.ts';
import type { Tampering } from './tamper.ts';

export interface PlayedEvent {
  readonly event: string;
  readonly dataJson: string;
  readonly secret: Buffer;
  readonly way: Way | undefined;
  readonly nowMs: number;
  /** Fields of the head that are there already, names and values alternating; they come first in what is signed. */
  readonly fields?: readonly string[] | undefined;
}

/** A delivery as the scheme's sender makes it: data, and the event's name and an id where the scheme looks for them. */
export function playEvent(scheme: Scheme, played: PlayedEvent): SignedDelivery {
  const { event, dataJson, secret, way, nowMs, fields } = played;
  const body = Buffer.from(bodyOf(scheme, event, dataJson, `evt_${randomUUID()}`), 'utf8');
  const id = `msg_${randomUUID()}`;
  const hexCase = scheme.signature.kind === 'member' ? 'upper' : 'lower';
  return signDelivery(scheme, body, { secret, way, nowMs, event, id, hexCase, fields });
}

/** The same, spoilt in one place after it was signed: the gate has to refuse each. */
export function spoil(scheme: Scheme, signed: SignedDelivery, tampering: Tampering): SignedDelivery {
  const text = signed.body.toString('utf8');
  switch (tampering) {
    case 'data': {
      const { data, ...rest } = JSON.parse(text) as { data?: unknown };
      const forged = JSON.parse(withForgedAmount(JSON.stringify(data ?? {}))) as unknown;
      return { ...signed, body: Buffer.from(JSON.stringify({ ...rest, data: forged })) };
    }
    case 'event':
      return scheme.event?.from.kind === 'header'
        ? { ...signed, headers: changed(signed.headers, scheme.event.from.name, (name) => `${name}.forged`) }
        : { ...signed, body: Buffer.from(text.replace(/("(?:event|type|eventType|Event)":")/, '$1forged.')) };
    case 'checksum':
    case 'missing':
      return withoutSignature(scheme, signed, tampering);
  }
}

function withoutSignature(
  { signature }: Scheme,
  signed: SignedDelivery,
  tampering: 'checksum' | 'missing',
): SignedDelivery {
  const wrong = (text: string): string =>
    text.replace(/.(?=[^A-Za-z0-9]*$)/, (last) => (last === '0' ? '1' : '0'));
  if (signature.kind === 'member') {
    const body = JSON.parse(signed.body.toString('utf8')) as Record<string, unknown>;
    if (tampering === 'missing') delete body[signature.name];
    else body[signature.name] = wrong(String(body[signature.name]));
    return { ...signed, body: Buffer.from(JSON.stringify(body)) };
  }
  const headers =
    tampering === 'missing'
      ? without(signed.headers, signature.name)
      : changed(signed.headers, signature.name, wrong);
  return { ...signed, headers };
}

function changed(headers: readonly string[], name: string, change: (value: string) => string): string[] {
  return headers.map((text, index) =>
    index % 2 === 1 && headers[index - 1]?.toLowerCase() === name.toLowerCase() ? change(text) : text,
  );
}

function without(headers: readonly string[], name: string): string[] {
  return headers.filter((_text, index) => headers[index & ~1]?.toLowerCase() !== name.toLowerCase());
}

interface Tree {
  [name: string]: Tree | string;
}

function bodyOf(scheme: Scheme, event: string, dataJson: string, id: string): string {
  const tree: Tree = {};
  for (const [place, value] of [
    [scheme.id, id],
    [scheme.event?.from, event],
  ] as const) {
    if (place?.kind === 'member') put(tree, place.pointer, JSON.stringify(value));
  }
  const part = scheme.message.find(({ kind }) => kind === 'member');
  const dataName =
    part?.kind === 'member' && 'ways' in part && part.ways !== undefined ? part.pointer : ['data'];
  if (tree[dataName[0] as string] === undefined) put(tree, dataName, dataJson.trim());
  return write(tree);
}

function put(tree: Tree, [name, ...below]: readonly string[], json: string): void {
  if (name === undefined) return;
  if (below.length === 0) {
    tree[name] = json;
    return;
  }
  const next = tree[name];
  const inner: Tree = typeof next === 'object' ? next : {};
  tree[name] = inner;
  put(inner, below, json);
}

function write(tree: Tree | string): string {
  if (typeof tree === 'string') return tree;
  const members = Object.entries(tree).map(([name, value]) => `${JSON.stringify(name)}:${write(value)}`);
  return `{${members.join(',')}}`;
}
