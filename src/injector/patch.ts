import { isDeepStrictEqual } from 'node:util';
import { isMap } from '../values/is-map.ts';

/** One step of a JSON Patch (RFC 6902); these three suffice. */
export type Operation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** The patch that turns one JSON document into another; empty where they are equal. */
export function patchBetween(before: unknown, after: unknown, path = ''): readonly Operation[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return patchLists(before, after, path);
  if (isMap(before) && isMap(after)) return patchMaps(before, after, path);
  return [{ op: 'replace', path, value: after }];
}

function patchMaps(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  path: string,
): Operation[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key): readonly Operation[] => {
    const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const [old, value] = [own(before, key), own(after, key)];
    if (value === undefined) return old === undefined ? [] : [{ op: 'remove', path: at }];
    return old === undefined ? [{ op: 'add', path: at, value }] : patchBetween(old, value, at);
  });
}

/** Item by item; what is too much goes from the end, so that no index moves before its turn. */
function patchLists(before: readonly unknown[], after: readonly unknown[], path: string): Operation[] {
  const both = Math.min(before.length, after.length);
  return [
    ...before.slice(0, both).flatMap((item, index) => patchBetween(item, after[index], `${path}/${index}`)),
    ...before
      .slice(both)
      .map((_, index): Operation => ({ op: 'remove', path: `${path}/${before.length - 1 - index}` })),
    ...after.slice(both).map((value): Operation => ({ op: 'add', path: `${path}/-`, value })),
  ];
}

function own(map: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
