import { isMap } from '../values/is-map.ts';
import type { ShapeSchema } from './shape-schema.ts';

/** One key of a file that holds a value of its own: not a section, but perhaps a list of words or a free map. */
export interface Leaf {
  /** With `[]` for each item of a list: `routes[].path`. */
  readonly key: string;
  readonly schema: ShapeSchema;
}

/** One place where a leaf's value stands. */
export interface Occurrence {
  /** `routes[0].path`. */
  readonly key: string;
  readonly value: unknown;
  /** The section that it stands in, and its name there. */
  readonly holder: Record<string, unknown>;
  readonly name: string;
}

/** All keys of a schema, those of items of lists and of sections that a word may replace among them. */
export function leavesOf(schema: ShapeSchema, above = ''): readonly Leaf[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const key = below(above, name);
    const own = 'x-reload' in child ? [{ key, schema: child }] : [];
    if (child.properties !== undefined) return [...own, ...leavesOf(child, key)];
    if (child.items?.properties !== undefined) return [...own, ...leavesOf(child.items, `${key}[]`)];
    return own.length > 0 ? own : [{ key, schema: child }];
  });
}

/**
 * The values of a leaf in settings of its schema; one for each item of the list that it stands in. None where a
 * section on the way is missing.
 */
export function occurrencesOf({ key }: Leaf, settings: unknown): readonly Occurrence[] {
  const parts = key.split('.');
  const name = parts.pop() ?? '';
  let sections = [{ key: '', section: settings }];
  for (const part of parts) {
    const member = part.replace(/\[\]$/, '');
    sections = sections.flatMap(({ key: above, section }) => {
      const at = below(above, member);
      const held = isMap(section) && Object.hasOwn(section, member) ? section[member] : undefined;
      if (member === part) return [{ key: at, section: held }];
      return Array.isArray(held)
        ? held.map((item: unknown, index) => ({ key: `${at}[${index}]`, section: item }))
        : [];
    });
  }
  return sections.flatMap(({ key: above, section }) =>
    isMap(section) ? [{ key: below(above, name), value: section[name], holder: section, name }] : [],
  );
}

const below = (above: string, name: string): string => (above === '' ? name : `${above}.${name}`);
