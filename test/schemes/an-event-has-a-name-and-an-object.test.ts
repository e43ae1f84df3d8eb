import { expect, test } from 'vitest';
import { scanEnvelope } from '../support/default-scheme.ts';
import { envelopeOf, problemOf } from '../support/envelopes.ts';

const notAnEventName = 'an event that is not 1 to 128 visible ASCII characters without |';

test.each([
  ['', 'an empty body'],
  [' \n ', 'an empty body'],
  ['[]', 'a body that is no JSON object'],
  ['null', 'a body that is no JSON object'],
  ['{}', 'no top-level event'],
  ['{"event":"e"}', 'no top-level data'],
  ['{"data":{}}', 'no top-level event'],
  ['{"data":null,"event":"e"}', 'data that is no object'],
  ['{"data":[],"event":"e"}', 'data that is no object'],
  ['{"data":"{}","event":"e"}', 'data that is no object'],
  ['{"data":{},"event":1}', 'an event that is no string'],
  ['{"data":{},"event":null}', 'an event that is no string'],
  ['{"data":{},"event":["e"]}', 'an event that is no string'],
  ['{"data":{},"event":""}', notAnEventName],
  ['{"data":{},"event":"a b"}', notAnEventName],
  ['{"data":{},"event":"a|b"}', notAnEventName],
  ['{"data":{},"event":"a\\u007cb"}', notAnEventName],
  ['{"data":{},"event":"a\\nb"}', notAnEventName],
  ['{"data":{},"event":"é"}', notAnEventName],
  ['{"data":{},"event":"a\u007f"}', notAnEventName],
  [`{"data":{},"event":"${'e'.repeat(129)}"}`, notAnEventName],
])('%s is refused', (body, problem) => {
  expect(problemOf(body)).toBe(problem);
});

test('128 characters are an event, and escapes are resolved before they are counted', () => {
  expect(envelopeOf(`{"data":{},"event":"${'e'.repeat(128)}"}`).event).toHaveLength(128);
  expect(envelopeOf(`{"data":{},"event":"${'\\u0065'.repeat(128)}"}`).event).toBe('e'.repeat(128));
});

test('an event is the same however it is escaped', () => {
  expect(envelopeOf('{"data":{},"\\u0065vent":"pay\\u006dent"}').event).toBe('payment');
});

test('a checksum that is no string is there, but holds nothing', () => {
  for (const value of ['null', '1', '{}', '["x"]', 'true']) {
    expect(envelopeOf(`{"checksum":${value},"data":{},"event":"e"}`).checksum).toBe('');
  }
  expect(envelopeOf('{"data":{},"event":"e"}').checksum).toBeUndefined();
});

test('what is wrong is told without a word of the body', () => {
  const secret = 'sk_live_4242';
  for (const body of [
    `{"data":{"${secret}":1,"${secret}":1},"event":"e"}`,
    `{"data":{"a":"${secret}\u0001"},"event":"e"}`,
    `{"data":{"a":${secret}},"event":"e"}`,
    `{"DATA":"${secret}","data":{},"event":"e"}`,
    `{"data":{},"event":"${secret}|"}`,
  ]) {
    const scan = scanEnvelope(Buffer.from(body));
    expect(scan.kind).toBe('fault');
    expect(JSON.stringify(scan)).not.toContain('4242');
  }
});

test('every cut of a body is refused, and never throws', () => {
  const body = Buffer.from(
    '{"checksum":"AB","x":[1,{"y":null}],"data":{"a":"\\u00e9\\ud83d\\ude00é","b":-1.5e+3,"c":[true,false,[]]},"event":"e"}',
  );
  expect(problemOf(body)).toBeUndefined();
  for (let length = 0; length < body.length; length++) {
    expect(problemOf(body.subarray(0, length)), `cut after ${length} bytes`).toBeDefined();
  }
});
