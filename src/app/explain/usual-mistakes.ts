import type { Envelope } from '../../schemes/envelope.ts';
import { type RawHeaders, readField, readTagged, unquoted } from '../../schemes/head-fields.ts';
import { onlySpan } from '../../schemes/member-text.ts';
import type { Scheme } from '../../schemes/scheme.ts';
import type { Place } from '../../schemes/template.ts';

interface Delivered {
  readonly rawHeaders: RawHeaders;
  readonly envelope: Envelope;
}

/** What is often the cause where no key and no way of writing matches; only what this delivery allows. */
export function usualMistakes(scheme: Scheme, { rawHeaders, envelope }: Delivered): string[] {
  const { body } = envelope;
  const found: string[] = [];
  if (scheme.covers === 'body') {
    found.push(
      'The whole body is signed, byte by byte: a proxy that adds blanks, or a log that parses JSON and writes it again, ' +
        'breaks it. Capture the bytes where they arrive.',
    );
    if (body.at(-1) === 0x0a)
      found.push('The body ends with a newline; editors and echo add one that was not signed.');
    if (/"\s*:\s|,\s/.test(withoutTexts(body))) {
      found.push(
        'The body has blanks between its members; most senders write none, so it may have been written again.',
      );
    }
  }
  found.push(...timeMistakes(scheme, { rawHeaders, envelope }));
  if (scheme.publicUrl !== '') {
    found.push(
      `The URL ${scheme.publicUrl} is signed too: it has to be the registered one letter by letter.`,
    );
  }
  if (scheme.key.kind === 'text') {
    found.push('The secret may be that of another account or mode (live, test); each has its own.');
  } else {
    found.push(
      `The key is read as ${scheme.key.kind}${scheme.key.prefix === '' ? '' : ` behind ${scheme.key.prefix}`}; the secret may be that of another endpoint.`,
    );
  }
  return found;
}

/** JSON with each string emptied: a comma within one is none between members. Escapes go first, among them escaped quotes. */
function withoutTexts(body: Buffer): string {
  return body
    .toString('latin1')
    .replace(/\\./g, '')
    .replace(/"[^"]*"/g, '""');
}

/** A time in the other unit: under a signature that holds, too, since the digits are signed as they are. */
export function timeMistakes({ time, signature }: Scheme, { rawHeaders, envelope }: Delivered): string[] {
  if (time === undefined) return [];
  const { from, unit } = time;
  const { text, name } = timeAt(from, signature.name, rawHeaders, envelope.body);
  const digits = /^\d+$/.test(text) ? text.length : 0;
  if (unit === 's' && digits >= 12) return [`${name} looks like milliseconds; the scheme has seconds.`];
  if (unit === 'ms' && digits > 0 && digits <= 11)
    return [`${name} looks like seconds; the scheme has milliseconds.`];
  return [];
}

/** The text of a signed time, empty where there is none, and what people call its place. */
function timeAt(from: Place, signatureName: string, rawHeaders: RawHeaders, body: Buffer) {
  if (from.kind === 'member') {
    const span = onlySpan(from.pointer, body);
    const text = span === undefined ? '' : body.toString('latin1', span.start, span.end);
    return { text: text.replaceAll('"', ''), name: `/${from.pointer.join('/')}` };
  }
  const isTag = from.kind === 'tag';
  const field = readField(rawHeaders, (isTag ? signatureName : from.name).toLowerCase());
  const value = field.kind === 'value' ? field.text : '';
  return isTag
    ? { text: unquoted(readTagged(value, from.tag)[0] ?? ''), name: `${from.tag} of ${signatureName}` }
    : { text: value, name: from.name };
}
