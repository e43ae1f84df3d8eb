import fc from 'fast-check';
import { expect, test } from 'vitest';
import { patchBetween } from '../../src/injector/patch.ts';
import { applyJsonPatch } from '../support/apply-json-patch.ts';

const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);

test('whatever the two are', () => {
  fc.assert(
    fc.property(json, json, (before, after) => {
      expect(applyJsonPatch(before, patchBetween(before, after))).toEqual(after);
    }),
    { numRuns: 3000 },
  );
});

test('keys with / and ~ are escaped, and equal documents need nothing', () => {
  expect(patchBetween({ 'a/b~c': 1 }, { 'a/b~c': 2 })).toEqual([
    { op: 'replace', path: '/a~1b~0c', value: 2 },
  ]);
  expect(patchBetween({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] })).toEqual([]);
});
