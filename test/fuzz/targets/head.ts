import { Rejection } from '../../../src/delivery/rejections.ts';
import { judgeHeaders } from '../../../src/gates/headers.ts';
import { elementsOf, partsOf } from '../../../src/values/field-grammar.ts';
import { rule, type Target } from '../target.ts';

const limits = { maxCount: 20, maxBytes: 2048 };

/** A head that is taken can be framed in one way only, and the grammar's parts are pieces of the value. */
export const target: Target = {
  name: 'head',
  seeds: [
    'Host: a\nContent-Length: 2\nContent-Type: application/json',
    'Host: [::1]:80\nTransfer-Encoding: chunked\nExpect: 100-continue',
    'host: a\nX-Forwarded-For: 1.2.3.4, "a,b;\\"c"\nForwarded: for="[::1]";by=x, for=y',
    // Refused, and next to what must not be taken.
    'Host: a\nContent-Length: 2\nTransfer-Encoding: chunked',
    'Host: a\nContent-Length: 2\nContent-Length: 2',
    'Host: a\nHost: a\nTransfer-Encoding: gzip, chunked',
    'Host: a\nContent-Encoding: gzip\nContent-Encoding: br\nA_b: 1',
  ].map((text) => Buffer.from(text)),
  words: [
    '\nHost: a',
    '\nContent-Length: 2',
    '\nTransfer-Encoding: chunked',
    'Host: ',
    'Content-Length: 0',
    'Transfer-Encoding: ',
    'chunked',
    'Expect: ',
    '100-continue',
    '\n',
    ': ',
    ',',
    ';',
    '"',
    '\\',
    '\t',
    '\u00a0',
    '+1',
    '0x1',
    'K',
    'ſ',
  ],
  fuzz: (data) => {
    const [version = '', ...lines] = `1.1\n${data.toString('latin1')}`.split('\n');
    const rawHeaders = lines.flatMap((line) => {
      const colon = line.indexOf(': ');
      return colon === -1 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 2)];
    });
    for (const value of rawHeaders) judgeParts(value);
    const judged = judgeHeaders(
      { method: 'POST', target: '/', httpVersion: version, rawHeaders, secure: false },
      limits,
    );
    if (judged instanceof Rejection) return;
    const valuesOf = (name: string): string[] =>
      rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
    const lengths = valuesOf('content-length');
    const codings = valuesOf('transfer-encoding');
    rule(valuesOf('host').length === 1, 'not one Host');
    rule(lengths.length + codings.length <= 1, 'framed twice');
    rule(
      lengths.every((text) => /^[0-9]+$/.test(text)),
      'a length that is no number',
    );
    rule(
      codings.every((text) => /^chunked$/i.test(text)),
      'another coding',
    );
    rule(
      rawHeaders.length <= 2 * limits.maxCount && data.length <= limits.maxBytes,
      'a head that is too large',
    );
    rule(
      !rawHeaders.some((text, index) => index % 2 === 0 && /[^-0-9A-Za-z]/.test(text)),
      'a name with another character than letters, digits and "-"',
    );
  },
};

function judgeParts(value: string): void {
  for (const separator of [',', ';'] as const) {
    const parts = partsOf(value, separator);
    if (parts === undefined) continue;
    let from = 0;
    for (const part of parts) {
      const at = value.indexOf(part, from);
      rule(at >= from, 'parts that are no pieces of the value, in order');
      from = at + part.length;
      rule(!/^[ \t]|[ \t]$/.test(part), 'a part with blanks around it');
      rule(partsOf(part, separator)?.length === 1, 'a part that falls apart when it is read again');
    }
  }
  rule(
    elementsOf(value).every((element) => element !== ''),
    'an empty element',
  );
}
