import { utf8AsLatin1 } from '../json/utf8-as-latin1.ts';
import type { Scheme } from './scheme.ts';
import { isSamePlace, type Part, type Place } from './template.ts';

type ChangingPart = Exclude<Part, { kind: 'literal' | 'url' }>;

/** A part with all of it that no delivery changes. */
export type CompiledPart =
  /** In Latin-1. */
  { readonly constant: string } | ChangingStep;

export interface ChangingStep {
  readonly constant: undefined;
  readonly part: ChangingPart;
  readonly isTime: boolean;
  /** Names down to the signed time, where it stands within this part; undefined for every other part. */
  readonly timeWithin: readonly string[] | undefined;
  /** Literal text behind it, which may not stand in it; undefined for the last part that changes. */
  readonly behind: { readonly text: string; readonly latin1: string } | undefined;
}

/** What is known of each part of a scheme's message before a delivery comes. */
export function compileParts({ message, publicUrl, time }: Scheme): readonly CompiledPart[] {
  const lastChanging = message.findLastIndex(({ kind }) => kind !== 'literal' && kind !== 'url');
  return message.map((part, index): CompiledPart => {
    if (part.kind === 'literal') return { constant: utf8AsLatin1(part.text) };
    if (part.kind === 'url') return { constant: utf8AsLatin1(publicUrl) };
    const text = index < lastChanging ? constantBehind(message, index, publicUrl) : '';
    const behind = text === '' ? undefined : { text, latin1: utf8AsLatin1(text) };
    const isTime = time !== undefined && isSamePlace(part, time.from);
    const timeWithin = isTime ? undefined : pointerWithin(part, time?.from);
    return { constant: undefined, part, isTime, timeWithin, behind };
  });
}

/** Names from a part of the body down to a member within it; undefined where that member is not in it. */
export function pointerWithin(part: Part, place: Place | undefined): readonly string[] | undefined {
  if (place?.kind !== 'member') return undefined;
  if (part.kind === 'body') return place.pointer;
  if (part.kind !== 'member' || !part.pointer.every((name, index) => place.pointer[index] === name))
    return undefined;
  return place.pointer.slice(part.pointer.length);
}

/** All text that stands between a part and the next one that changes: literal text and the registered URL. */
export function constantBehind(message: readonly Part[], index: number, publicUrl: string): string {
  let text = '';
  for (const part of message.slice(index + 1)) {
    if (part.kind === 'literal') text += part.text;
    else if (part.kind === 'url') text += publicUrl;
    else break;
  }
  return text;
}

/** The part whose bytes are not copied: the one that is written in several ways, else the body, else the last. */
export function bigPart(message: readonly Part[]): number {
  const written = message.findIndex(hasWays);
  if (written !== -1) return written;
  const body = message.findIndex(({ kind }) => kind === 'body');
  return body === -1 ? Math.max(0, message.length - 1) : body;
}

function hasWays(part: Part | undefined): boolean {
  return part !== undefined && 'ways' in part && part.ways !== undefined;
}
