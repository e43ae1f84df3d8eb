import { expect, test } from 'vitest';
import { signBody, signEvent, UnsignableEvent } from '../../demo/sign-event.ts';
import { createVerifier } from '../support/default-scheme.ts';
import { envelopeOf } from '../support/envelopes.ts';
import { testSecret } from '../support/sign-event.ts';

const verify = createVerifier({
  keys: [{ name: 'k', secret: testSecret }],
  encodings: ['received', 'compact', 'sorted'],
});

test('an event is written as the sender writes it', () => {
  // printf 'card.transaction|{"amount":1000}' | openssl dgst -sha256 -hmac b7f0c2de-5f1e-4b3c-9a64-1f5d0f3a7c11
  expect(
    signEvent({
      event: 'card.transaction',
      dataJson: ' {"amount":1000}\n',
      secret: testSecret,
      encoding: 'sorted',
    }),
  ).toBe(
    '{"checksum":"751FD93486D8DCA71876264A3833DEF578DCAFD3BAB93659AF46843BB1824C68","data":{"amount":1000},"event":"card.transaction"}',
  );
});

test('a body keeps its data and its unsigned fields, and loses the checksum it had', () => {
  const body = signBody(
    Buffer.from('{ "x": [1.0], "event": "e", "checksum": "00", "data": {"b": 1.0, "a": "\\/"} }'),
    {
      secret: testSecret,
      encoding: 'sorted',
      hexCase: 'lower',
    },
  );
  expect(body).toMatch(
    /^\{"checksum":"[0-9a-f]{64}","data":\{"b": 1\.0, "a": "\\\/"\},"event":"e","x": \[1\.0\]\}$/,
  );
  expect(verify(envelopeOf(body))).toMatchObject({ kind: 'match', encoding: 'sorted' });
});

test.each([
  ['[]', 'e'],
  ['{"a":1,"a":2}', 'e'],
  ['{"a":01}', 'e'],
  ['{},"x":{}', 'a|b'],
  ['', 'e'],
])('data %s with event %s is not signed', (dataJson, event) => {
  expect(() => signEvent({ event, dataJson, secret: testSecret, encoding: 'received' })).toThrow(
    UnsignableEvent,
  );
});
