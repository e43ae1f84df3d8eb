import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withoutUnsigned } from '../../src/schemes/strip.ts';
import { envelopeOf } from '../support/envelopes.ts';

const stripped = (body: string) => withoutUnsigned(envelopeOf(body)).toString();

test('a body without them is the same Buffer', () => {
  const envelope = envelopeOf(' { "data" : {} , "event" : "e" } ');
  expect(withoutUnsigned(envelope)).toBe(envelope.body);
});

test.each([
  ['{"x":1,"data":{},"event":"e"}', '{"data":{},"event":"e"}'],
  ['{"data":{},"x":1,"event":"e"}', '{"data":{},"event":"e"}'],
  ['{"data":{},"event":"e","x":1}', '{"data":{},"event":"e"}'],
  ['{"x":1,"y":2,"data":{},"z":",}","event":"e","v":[],"w":{"data":1}}', '{"data":{},"event":"e"}'],
  [
    ' { "x" : 1 , "data" : { } , "y" : 2 , "event" : "e" , "z" : 3 } ',
    ' { "data" : { }  , "event" : "e"  } ',
  ],
  ['{"a,b":"}","data":{"x":[1,2]},"event":"e"}', '{"data":{"x":[1,2]},"event":"e"}'],
  ['{"":0,"checksum":"AB","\\u0064ata":{},"event":"e"}', '{"checksum":"AB","\\u0064ata":{},"event":"e"}'],
])('%s', (body, expected) => {
  expect(stripped(body)).toBe(expected);
});

test('whatever is added, wherever, only the signed members are left, as they were written', () => {
  const signed = ['"checksum" :"AB"', '"data": {"b":1.0,"a":"\\/"}', '"event":"e"'];
  const unsigned = fc.constantFrom('1', '"x,{}"', '[{},"]"]', '{"data":{}}', 'null');
  const space = fc.constantFrom('', ' ', '\n\t');
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(), unsigned), { maxLength: 8 }),
      fc.shuffledSubarray(signed, { minLength: 3 }),
      space,
      (added, kept, gap) => {
        const members: string[] = [...kept];
        for (const [index, [place, value]] of added.entries()) {
          members.splice(place % (members.length + 1), 0, `"x${index}":${value}`);
        }
        const body = stripped(`{${gap}${members.join(`${gap},${gap}`)}${gap}}`);
        const envelope = envelopeOf(body);
        expect(envelope.unsigned).toEqual([]);
        let at = 0;
        for (const member of kept) {
          at = body.indexOf(member, at);
          expect(at).toBeGreaterThan(0);
        }
      },
    ),
  );
});
