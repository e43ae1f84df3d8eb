import { type Leaf, leavesOf, occurrencesOf } from './leaves.ts';
import { hookgateYaml, type Settings } from './schema.ts';
import type { ShapeSchema } from './schema-leaves.ts';

/** The keys whose change takes a restart; a configuration that changes one is refused as a whole. */
export function keysThatNeedRestart(before: Settings, after: Settings): string[] {
  return leavesOf(hookgateYaml as unknown as ShapeSchema).flatMap((leaf) => {
    const [old, now] = [valuesByPlace(leaf, before), valuesByPlace(leaf, after)];
    return [...now].flatMap(([place, { key, value }]) => {
      const earlier = old.get(place);
      return earlier !== undefined && needsRestart(leaf, earlier.value, value) ? [key] : [];
    });
  });
}

function needsRestart({ schema }: Leaf, before: unknown, after: unknown): boolean {
  const [old, now] = [JSON.stringify(before), JSON.stringify(after)];
  if (old === now) return false;
  const around = schema['x-restart-around'];
  return (
    schema['x-reload'] === 'restart' || (around !== undefined && (before === around || after === around))
  );
}

/** Items of a list are told apart by their names, so that one more in front of them moves none. */
function valuesByPlace(leaf: Leaf, settings: Settings) {
  const list = /^(.*?)\[\]/.exec(leaf.key)?.[1];
  const names = list === undefined ? [] : occurrencesOf({ ...leaf, key: `${list}[].name` }, settings);
  return new Map(
    occurrencesOf(leaf, settings).map((occurrence, index) => [`${names[index]?.value ?? ''}`, occurrence]),
  );
}
