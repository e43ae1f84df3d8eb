import type { Origin } from './problem.ts';

/** Settings as they were written, each with its origin. Maps rather than objects: `__proto__` is an ordinary key. */
export type SettingsNode = SettingsMap | SettingsList | SettingsScalar;

export interface SettingsMap {
  readonly kind: 'map';
  readonly origin: Origin;
  readonly entries: Map<string, { readonly keyOrigin: Origin; readonly value: SettingsNode }>;
}

export interface SettingsList {
  readonly kind: 'list';
  readonly origin: Origin;
  readonly items: SettingsNode[];
}

export interface SettingsScalar {
  readonly kind: 'scalar';
  readonly origin: Origin;
  readonly value: string | number | boolean | null;
  /** As it was written, for messages. */
  readonly written: string;
  /** From the environment or a flag, where everything is text: `8080` may be a number. */
  readonly untyped?: boolean;
}

export function emptySettings(source: string): SettingsMap {
  return { kind: 'map', origin: { source }, entries: new Map() };
}

/** A setting from the environment or a flag. */
export function untypedScalar(text: string, source: string): SettingsScalar {
  return { kind: 'scalar', origin: { source }, value: text, written: text, untyped: true };
}

/** Items separated by commas; nothing at all is the empty list. */
export function untypedList(text: string, source: string): SettingsList {
  const items = text.trim() === '' ? [] : text.split(',').map((item) => untypedScalar(item.trim(), source));
  return { kind: 'list', origin: { source }, items };
}

/**
 * Puts a setting at a path, over what is there. Where something on the way is no map, it is left alone: the check
 * of the shape will name it.
 */
export function overlay(root: SettingsMap, path: readonly string[], value: SettingsNode): void {
  let map = root;
  for (const [index, name] of path.entries()) {
    if (index === path.length - 1) {
      map.entries.set(name, { keyOrigin: value.origin, value });
      return;
    }
    let next = map.entries.get(name)?.value;
    if (next === undefined || (next.kind === 'scalar' && next.value === null)) {
      next = emptySettings(value.origin.source);
      map.entries.set(name, { keyOrigin: value.origin, value: next });
    }
    if (next.kind !== 'map') return;
    map = next;
  }
}
