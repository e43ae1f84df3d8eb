import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BriefMap } from '../../src/values/brief-map.ts';
import { BriefSet } from '../../src/values/brief-set.ts';

const operation = fc.record({
  kind: fc.constantFrom('set', 'delete', 'get'),
  key: fc.integer({ min: 0, max: 40 }),
  value: fc.nat(),
});

test('a brief map does what a map does', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 300 }), (operations) => {
      const model = new Map<number, number>();
      const map = new BriefMap<number, number>();
      for (const { kind, key, value } of operations) {
        if (kind === 'set') {
          model.set(key, value);
          map.set(key, value);
        } else if (kind === 'delete') expect(map.delete(key)).toBe(model.delete(key));
        expect(map.get(key)).toBe(model.get(key));
        expect(map.has(key)).toBe(model.has(key));
        expect(map.size).toBe(model.size);
      }
      expect([...map]).toEqual([...model]);
      expect([...map.keys()]).toEqual([...model.keys()]);
      expect([...map.values()]).toEqual([...model.values()]);
    }),
  );
});

test('all can be taken out of a brief set on the way through it', () => {
  const set = new BriefSet<number>();
  for (let value = 0; value < 100; value++) set.add(value);
  set.add(0);
  expect(set.size).toBe(100);
  const seen: number[] = [];
  for (const value of set) {
    seen.push(value);
    expect(set.delete(value)).toBe(true);
  }
  expect(seen).toEqual(Array.from({ length: 100 }, (_, value) => value));
  expect(set.size).toBe(0);
});

/**
 * How many bytes grow old of 4,000 values of some 8 KB that come and go, three at a time, after the map's table has: with
 * collections of new objects alone, at moments of the program's own.
 */
const program = `
  import { getHeapSpaceStatistics } from 'node:v8';
  const { BriefMap } = await import(process.argv[1]);
  const map = process.argv[2] === 'Map' ? new Map() : new BriefMap();
  const oldBytes = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space').space_used_size;
  const comeAndGo = (value) => {
    map.set(value, new Array(1000).fill(value));
    map.delete(value - 3);
  };
  for (let value = 0; value < 10; value++) comeAndGo(value);
  for (let round = 0; round < 4; round++) gc({ type: 'minor' });
  const before = oldBytes();
  for (let value = 10; value < 4010; value++) {
    comeAndGo(value);
    if (value % 20 === 0) gc({ type: 'minor' });
  }
  console.log(oldBytes() - before);
`;
const grownOld = (kind: 'Map' | 'BriefMap'): number =>
  Number(
    execFileSync(process.execPath, [
      ...['--expose-gc', '--max-semi-space-size=16', '--input-type=module', '--eval', program],
      ...[join(import.meta.dirname, '../../src/values/brief-map.ts'), kind],
    ]),
  );

test('what was taken out of a brief map does not grow old', () => {
  expect(grownOld('BriefMap')).toBeLessThan(2_000_000);
});

test('what was taken out of a Map does, which is why there is another', () => {
  expect(grownOld('Map')).toBeGreaterThan(10_000_000);
});
