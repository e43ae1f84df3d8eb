import { findValues } from '../json/find-values.ts';
import type { Span } from '../json/span.ts';
import type { Envelope } from './envelope.ts';

/** Where the value at a pointer of a scanned body stands; the scan has seen to it that no name comes twice. */
export function memberSpan(pointer: readonly string[], envelope: Envelope): Span | undefined {
  const top = envelope.member(pointer[0] as string);
  if (top === undefined || pointer.length === 1) return top;
  const found = onlySpan(pointer.slice(1), envelope.body.subarray(top.start, top.end));
  return found && { start: top.start + found.start, end: top.start + found.end };
}

/** The same of JSON that was not scanned; undefined also where a name on the way comes twice. */
export function onlySpan(pointer: readonly string[], json: Buffer): Span | undefined {
  const [found] = findValues(json, [pointer]);
  return found?.kind === 'value' ? found.span : undefined;
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
