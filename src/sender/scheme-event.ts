import { randomUUID } from 'node:crypto';
import type { Way } from '../json/way.ts';
import { type RawHeaders, readField } from '../schemes/head-fields.ts';
import { onlySpan } from '../schemes/member-text.ts';
import type { Scheme } from '../schemes/scheme.ts';
import { type SignedDelivery, signDelivery } from '../schemes/sign-delivery.ts';
import { isSamePlace } from '../schemes/template.ts';

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
