import { parseHostPort } from './host.ts';
import { type Problem, problemAt, quote } from './problem.ts';
import { overlay, type SettingsMap, type SettingsNode, untypedScalar } from './settings-tree.ts';

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
export function overlayFlags(root: SettingsMap, flags: Flags): readonly Problem[] {
  const scalars: readonly (readonly [string, string | undefined, readonly string[]])[] = [
    ['--upstream', flags.upstream, ['upstream', 'url']],
    ['--keys-directory', flags.keysDirectory, ['checksum', 'keysDirectory']],
    ['--store-file', flags.storeFile, ['duplicates', 'embedded', 'file']],
  ];
  for (const [flag, text, path] of scalars) {
    if (text !== undefined) overlay(root, path, untypedScalar(text, flag));
  }
  return [
    ...overlayHostPort(root, '--listen', flags.listen, 'listen'),
    ...overlayHostPort(root, '--admin', flags.admin, 'admin'),
    ...(flags.path === undefined ? [] : overlayPath(root, flags.path, '--path')),
  ];
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

function overlayHostPort(
  root: SettingsMap,
  flag: string,
  text: string | undefined,
  section: 'listen' | 'admin',
): readonly Problem[] {
  if (text === undefined) return [];
  const parsed = parseHostPort(text);
  if (parsed === undefined) {
    const expected = 'expected HOST:PORT, such as 127.0.0.1:8080 or [::]:8080';
    return [problemAt({ source: flag }, section, `found ${quote(text)}`, expected)];
  }
  if (parsed.host !== '') overlay(root, [section, 'host'], untypedScalar(parsed.host, flag));
  overlay(root, [section, 'port'], untypedScalar(String(parsed.port), flag));
  return [];
}
