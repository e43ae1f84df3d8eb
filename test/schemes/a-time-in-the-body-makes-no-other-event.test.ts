import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { runSchemeGate } from '../support/scheme-gate.ts';

const secret = 'a-secret-of-the-tests';
const signed = (text: string) => ({ 'X-S': createHmac('sha256', secret).update(text).digest('hex') });

/** How the message covers the time, the body at a time, and the part of it that is signed. */
const cases: Record<string, readonly [scheme: string, body: (ms: number, more: string) => string]> = {
  'the whole body': ['timestamp: { from: "json:/ts", unit: ms }', (ms, more) => `{"ts":${ms},"x":${more}}`],
  'the whole body, as text': [
    'timestamp: { from: "json:/ts", unit: ms }',
    (ms, more) => `{"x":${more},"ts":"${ms}"}`,
  ],
  'the whole body, behind a text with quotes': [
    'timestamp: { from: "json:/ts", unit: ms }',
    (ms, more) => `{"q":"\\"a\\", \\\\","x":${more},"ts":${ms}}`,
  ],
  'the whole body, in several ways': [
    'message: "{body@received,sorted+ascii}", timestamp: { from: "json:/meta/ts", unit: ms }',
    (ms, more) => `{ "x":${more}, "meta":{ "ts":${ms}, "by":"\\u00e9" } }`,
  ],
  'one member': [
    'message: "{json:/data@received,compact}", timestamp: { from: "json:/data/ts", unit: ms }',
    (ms, more) => `{"data":{"ts":${ms},"x":${more}}}`,
  ],
  'one member, as it came': [
    'message: "{json:/data}", timestamp: { from: "json:/data/ts", unit: ms }',
    (ms, more) => `{"data":{"x":${more}, "ts":${ms}}}`,
  ],
  'the time, and the body with it': [
    'message: "{json:/ts}.{body}", timestamp: { from: "json:/ts", unit: ms }',
    (ms, more) => `{"ts":${ms},"x":${more}}`,
  ],
};

test.each(Object.entries(cases))(
  '%s: a retry that is signed anew is a repeat',
  async (_name, [scheme, bodyAt]) => {
    const { application, post } = await runSchemeGate([
      { name: 'r', keys: { primary: secret }, scheme: `{ signature: "header:X-S", ${scheme} }` },
    ]);
    const nowMs = Date.now();
    const send = (ms: number, more: string) => {
      const body = bodyAt(ms, more);
      const data = scheme.includes('/data') ? (/^\{"data":(.*)\}$/.exec(body)?.[1] ?? '') : body;
      return post('r', body, signed(scheme.includes('{json:/ts}') ? `${ms}.${body}` : data));
    };
    const outcomes: unknown[] = [];
    for (const [ms, more] of [
      [nowMs, '1'],
      [nowMs - 1000, '1'],
      [nowMs - 1000, '2'],
    ] as const) {
      const { status, headers } = await send(ms, more);
      outcomes.push([status, headers.get('hookgate-duplicate')]);
    }
    expect(outcomes).toEqual([
      [200, null],
      [200, 'true'],
      [200, null],
    ]);
    expect(application.events.length).toBe(2);
  },
);
