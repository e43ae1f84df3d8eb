import { findValues } from '../json/find-values.ts';
import type { Span } from '../json/span.ts';
import type { Envelope } from './envelope.ts';

/** Where the value at a pointer stands; the body was scanned, so no name comes twice. */
export function memberSpan(pointer: readonly string[], envelope: Envelope): Span | undefined {
  const top = envelope.member(pointer[0] as string);
  if (top === undefined || pointer.length === 1) return top;
  const [found] = findValues(envelope.body.subarray(top.start, top.end), [pointer.slice(1)]);
  if (found?.kind !== 'value') return undefined;
  return { start: top.start + found.span.start, end: top.start + found.span.end };
}

/** A string's text, unescaped; undefined for what is no string, which counts as it was written. */
export function scalarText(body: Buffer, { start, end }: Span): string | undefined {
  if (body[start] !== 0x22) return undefined;
  const token = body.toString('utf8', start, end);
  if (!token.includes('\\')) return token.slice(1, -1);
  try {
    return JSON.parse(token) as string;
  } catch {
    return undefined;
  }
}

/** UTF-8 with one character for each byte. */
export function utf8AsLatin1(text: string): string {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 0x7f) return Buffer.from(text, 'utf8').toString('latin1');
  }
  return text;
}
