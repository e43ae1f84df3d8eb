import type { Envelope } from '../schemes/envelope.ts';
import { type RawHeaders, readField } from '../schemes/head-fields.ts';
import type { Scheme } from '../schemes/scheme.ts';

/** What is often the cause where no key and no way of writing matches; only what this delivery allows. */
export function usualMistakes(
  scheme: Scheme,
  { rawHeaders, envelope }: { readonly rawHeaders: RawHeaders; readonly envelope: Envelope },
): string[] {
  const { body } = envelope;
  const found: string[] = [];
  if (scheme.covers === 'body') {
    found.push(
      'The whole body is signed, byte by byte: a proxy that adds blanks, or a log that parses JSON and writes it again, ' +
        'breaks it. Capture the bytes where they arrive.',
    );
    if (body.at(-1) === 0x0a)
      found.push('The body ends with a newline; editors and echo add one that was not signed.');
    if (/"\s*:\s|,\s/.test(body.toString('latin1'))) {
      found.push(
        'The body has blanks between its members; most senders write none, so it may have been written again.',
      );
    }
  }
  const time = scheme.time?.from;
  if (time?.kind === 'header') {
    const field = readField(rawHeaders, time.name.toLowerCase());
    const digits = field.kind === 'value' && /^\d+$/.test(field.text) ? field.text.length : 0;
    if (scheme.time?.unit === 's' && digits >= 12)
      found.push(`${time.name} looks like milliseconds; the scheme has seconds.`);
    if (scheme.time?.unit === 'ms' && digits > 0 && digits <= 11) {
      found.push(`${time.name} looks like seconds; the scheme has milliseconds.`);
    }
  }
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
