import { randomUUID } from 'node:crypto';
import type { Way } from '../json/way.ts';
import { type RawHeaders, readField } from '../schemes/head-fields.ts';
import { onlySpan } from '../schemes/member-text.ts';
import type { Scheme } from '../schemes/scheme.ts';
import { type SignedDelivery, signDelivery } from '../schemes/sign-delivery.ts';
import { isSamePlace } from '../schemes/template.ts';
import { isMap } from '../values/is-map.ts';
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

/** A delivery as the scheme's sender makes it: data, and whatever else the scheme looks for, made up where it is signed. */
export function playEvent(scheme: Scheme, played: PlayedEvent): SignedDelivery {
  const { event, secret, way, nowMs, fields = [] } = played;
  const body = playedBody(scheme, played);
  const id = `msg_${randomUUID()}`;
  const hexCase = scheme.signature.kind === 'member' ? 'upper' : 'lower';
  const own = [...fields, ...otherSignedFields(scheme, fields)];
  return signDelivery(scheme, body, { secret, way, nowMs, event, id, hexCase, fields: own });
}

/** Signed fields that are neither given nor made by whoever signs: the time, the id and the event's name. */
function otherSignedFields({ message, time, id, event }: Scheme, given: RawHeaders): string[] {
  const made = [time?.from, id, event?.from];
  const fields: string[] = [];
  for (const part of message) {
    if (part.kind !== 'header' || made.some((place) => place !== undefined && isSamePlace(part, place)))
      continue;
    if (readField([...given, ...fields], part.name.toLowerCase()).kind === 'absent')
      fields.push(part.name, isContentType(part.name) ? jsonType : madeUp());
  }
  return fields;
}

/** The gate takes no body of another type. */
const jsonType = 'application/json';

function isContentType(name: string): boolean {
  return name.toLowerCase() === 'content-type';
}

/** The same, spoilt in one place after it was signed: the gate has to refuse each. */
export function spoil(scheme: Scheme, signed: SignedDelivery, tampering: Tampering): SignedDelivery {
  switch (tampering) {
    case 'data':
      return { ...signed, body: changedAt(signed.body, dataPointer(scheme), forged) };
    case 'event': {
      const from = scheme.event?.from;
      if (from?.kind === 'header')
        return { ...signed, headers: changed(signed.headers, from.name, (name) => `${name}.forged`) };
      if (from?.kind !== 'member') throw new Error(`scheme ${scheme.name} says no name of an event to spoil`);
      return { ...signed, body: changedAt(signed.body, from.pointer, (name) => `forged.${name}`) };
    }
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

type Change = (value: unknown) => unknown;

/** The body with another value at a pointer. */
function changedAt(body: Buffer, pointer: readonly string[], change: Change): Buffer {
  const at = (value: unknown, [name, ...below]: readonly string[]): unknown => {
    if (name === undefined) return change(value);
    const object = isMap(value) ? value : {};
    return { ...object, [name]: at(object[name], below) };
  };
  return Buffer.from(JSON.stringify(at(JSON.parse(body.toString('utf8')), pointer)));
}

function forged(value: unknown): unknown {
  if (value !== undefined && !isMap(value)) return `${value}9`;
  return JSON.parse(withForgedAmount(JSON.stringify(value ?? {})));
}

/** Where the data stands: the signed object, else the first signed member, else a member that the whole body has. */
function dataPointer({ message }: Scheme): readonly string[] {
  if (message.some(({ kind }) => kind === 'body')) return ['data'];
  const members = message.filter((part) => part.kind === 'member');
  const part = members.find(({ ways }) => ways !== undefined) ?? members[0];
  return part?.pointer ?? ['data'];
}

interface Tree {
  [name: string]: Tree | string;
}

function playedBody(scheme: Scheme, { event, dataJson, nowMs }: PlayedEvent): Buffer {
  const { message, time } = scheme;
  const tree: Tree = {};
  const signedTime = Math.floor(nowMs / (time?.unit === 'ms' ? 1 : 1000));
  for (const [place, json] of [
    [scheme.id, JSON.stringify(`evt_${randomUUID()}`)],
    [scheme.event?.from, JSON.stringify(event)],
    [time?.from, String(signedTime)],
  ] as const) {
    if (place?.kind === 'member') put(tree, place.pointer, json);
  }
  const members = message.filter((part) => part.kind === 'member');
  const data = members.find(({ ways }) => ways !== undefined)?.pointer ?? ['data'];
  if (tree[data[0] as string] === undefined) put(tree, data, dataJson.trim());
  for (const { pointer } of members) if (!has(tree, pointer)) put(tree, pointer, JSON.stringify(madeUp()));
  return Buffer.from(write(tree), 'utf8');
}

function madeUp(): string {
  return `hookgate-${randomUUID()}`;
}

function has(tree: Tree | string | undefined, pointer: readonly string[]): boolean {
  const [name, ...below] = pointer;
  if (tree === undefined || name === undefined) return tree !== undefined;
  return typeof tree === 'string'
    ? onlySpan(pointer, Buffer.from(tree)) !== undefined
    : has(tree[name], below);
}

function put(tree: Tree, [name, ...below]: readonly string[], json: string): void {
  if (name === undefined) return;
  if (below.length === 0) {
    tree[name] = json;
    return;
  }
  const next = tree[name];
  const inner = typeof next === 'object' ? next : membersOf(next ?? '{}');
  tree[name] = inner;
  put(inner, below, json);
}

function membersOf(json: string): Tree {
  const entries = Object.entries(JSON.parse(json) as object);
  return Object.fromEntries(entries.map(([name, value]) => [name, JSON.stringify(value)]));
}

function write(tree: Tree | string): string {
  if (typeof tree === 'string') return tree;
  const members = Object.entries(tree).map(([name, value]) => `${JSON.stringify(name)}:${write(value)}`);
  return `{${members.join(',')}}`;
}
