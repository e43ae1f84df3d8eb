import { type Leaf, leavesOf, occurrencesOf } from './leaves.ts';
import { hookgateYaml, type Settings } from './schema.ts';
import type { ShapeSchema } from './shape-schema.ts';

/**
 * The keys whose change takes a restart; a configuration that changes one is refused as a whole. None of them is an item's
 * of a list, such as a route's.
 */
export function keysThatNeedRestart(before: Settings, after: Settings): string[] {
  return leavesOf(hookgateYaml as unknown as ShapeSchema).flatMap((leaf) => {
    const [[old], [now]] = [occurrencesOf(leaf, before), occurrencesOf(leaf, after)];
    const isBound = old !== undefined && now !== undefined && needsRestart(leaf, old.value, now.value);
    return isBound ? [leaf.key] : [];
  });
}

function needsRestart({ schema }: Leaf, before: unknown, after: unknown): boolean {
  const around = schema['x-restart-around'];
  if (around !== undefined && (before === around) !== (after === around)) return true;
  return schema['x-reload'] === 'restart' && JSON.stringify(before) !== JSON.stringify(after);
}
