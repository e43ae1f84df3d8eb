/**
 * What @peculiar/x509's container of algorithms (tsyringe) asks of `reflect-metadata`: it refuses to load without
 * these three, and uses them on its own classes only. Imported before it; see https://github.com/rbuckton/reflect-metadata
 * for what they mean.
 */
type Target = object;

const kept = new WeakMap<Target, Map<unknown, unknown>>();

const own = (key: unknown, target: Target): unknown => kept.get(target)?.get(key);

function inherited(key: unknown, target: Target | null): unknown {
  for (let at = target; at !== null; at = Object.getPrototypeOf(at) as Target | null) {
    if (kept.get(at)?.has(key)) return own(key, at);
  }
  return undefined;
}

function define(key: unknown, value: unknown, target: Target): void {
  const map = kept.get(target) ?? new Map<unknown, unknown>();
  kept.set(target, map.set(key, value));
}

Object.assign(Reflect, { getMetadata: inherited, getOwnMetadata: own, defineMetadata: define });
