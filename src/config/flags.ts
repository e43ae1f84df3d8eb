import { parseHostPort } from './host.ts';
import { leavesOf } from './leaves.ts';
import { type Problem, problemAt, quote } from './problem.ts';
import { overlay, type SettingsMap, type SettingsNode, untypedScalar } from './settings-tree.ts';
import type { ShapeSchema } from './shape-schema.ts';

/** The flags of `serve` that set something, as they were typed. */
export interface Flags {
  readonly upstream?: string | undefined;
  /** HOST:PORT. */
  readonly listen?: string | undefined;
  /** HOST:PORT. */
  readonly admin?: string | undefined;
  readonly path?: string | undefined;
  readonly keysDirectory?: string | undefined;
  /** Addresses or CIDRs; together they take the place of the allowlist's file. */
  readonly allow?: readonly string[] | undefined;
  readonly storeFile?: string | undefined;
}

/** Lays the flags over the settings; `allow` has no key and is not looked at here. */
export function overlayFlags(schema: ShapeSchema, root: SettingsMap, flags: Flags): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [flag, keys] of keysByFlag(schema)) {
    const text = flags[optionOf(flag)];
    const [key = ''] = keys;
    if (typeof text !== 'string') continue;
    if (key === 'routes[].path') problems.push(...overlayPath(root, text, flag));
    else if (keys.length === 2)
      problems.push(...overlayHostPort(root, flag, text, key.replace(/\.host$/, '')));
    else overlay(root, key.split('.'), untypedScalar(text, flag));
  }
  return problems;
}

/** The flags of `serve` with the keys that each sets: one, or a host and a port. */
export function keysByFlag(schema: ShapeSchema): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { key, schema: leaf } of leavesOf(schema)) {
    const flag = leaf['x-flag'];
    if (flag !== undefined) found.set(flag, [...(found.get(flag) ?? []), key]);
  }
  return found;
}

/** `--keys-directory` as the command line's parser calls it. */
function optionOf(flag: string): keyof Flags {
  return flag.slice(2).replace(/-./g, (dash) => dash.slice(1).toUpperCase()) as keyof Flags;
}

/** Whether any flag says something. */
export function anyFlag(flags: Flags): boolean {
  return Object.values(flags).some((value) => value !== undefined && value.length > 0);
}

/**
 * The path of the only route. Without routes it makes one; with several nobody knows which one is meant.
 */
export function overlayPath(root: SettingsMap, path: string, source: string): readonly Problem[] {
  const scalar = untypedScalar(path, source);
  const routes = root.entries.get('routes')?.value;
  const empty =
    routes === undefined ||
    (routes.kind === 'list' ? routes.items.length === 0 : routes.kind === 'scalar' && routes.value === null);
  if (empty) {
    const route: SettingsMap = { kind: 'map', origin: { source }, entries: new Map() };
    overlay(route, ['name'], untypedScalar('juicyway', source));
    overlay(route, ['path'], scalar);
    const list: SettingsNode = { kind: 'list', origin: { source }, items: [route] };
    overlay(root, ['routes'], list);
    return [];
  }
  if (routes.kind !== 'list') return [];
  if (routes.items.length > 1) {
    return [
      problemAt(
        { source },
        'routes',
        `found ${routes.items.length} routes in the file`,
        'expected at most one, or it is unclear whose path is meant',
      ),
    ];
  }
  const [only] = routes.items;
  if (only?.kind === 'map') overlay(only, ['path'], scalar);
  return [];
}

function overlayHostPort(root: SettingsMap, flag: string, text: string, section: string): readonly Problem[] {
  const parsed = parseHostPort(text);
  if (parsed === undefined) {
    const expected = 'expected HOST:PORT, such as 127.0.0.1:8080 or [::]:8080';
    return [problemAt({ source: flag }, section, `found ${quote(text)}`, expected)];
  }
  if (parsed.host !== '') overlay(root, [section, 'host'], untypedScalar(parsed.host, flag));
  overlay(root, [section, 'port'], untypedScalar(String(parsed.port), flag));
  return [];
}
