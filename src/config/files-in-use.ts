import { leavesOf, occurrencesOf } from './leaves.ts';
import { hookgateYaml, type Settings } from './schema.ts';
import type { FileUse, ShapeSchema } from './schema-leaves.ts';

/** A file or directory that the configuration names and that the gate uses. */
export interface NamedFile {
  /** `checksum.keysDirectory`. */
  readonly key: string;
  readonly path: string;
  readonly use: FileUse;
}

/**
 * All of them, in the order of the schema: the one list by which the loader reads, the reloader watches and `check`
 * looks. `allowedByFlag`: `--allow` has taken the place of the allowlist's file.
 */
export function filesInUse(settings: Settings, allowedByFlag: boolean): readonly NamedFile[] {
  const leaves = leavesOf(hookgateYaml as unknown as ShapeSchema);
  const settingAt = (key: string): unknown =>
    leaves.filter((leaf) => leaf.key === key).flatMap((leaf) => occurrencesOf(leaf, settings))[0]?.value;
  return leaves.flatMap((leaf) => {
    const use = leaf.schema['x-file'];
    if (use === undefined || (use.holds === 'allowlist' && allowedByFlag)) return [];
    const isUsed = Object.entries(use.only ?? {}).every(([key, values]) =>
      values.includes(String(settingAt(key))),
    );
    if (!isUsed) return [];
    return occurrencesOf(leaf, settings).flatMap(({ key, value }) =>
      typeof value === 'string' && value !== '' ? [{ key, path: value, use }] : [],
    );
  });
}

/** The paths of which a change is a reload. */
export function watchedPaths(files: readonly NamedFile[], configFile: string | undefined): readonly string[] {
  const read = files.filter(({ use }) => use.read === 'with the configuration').map(({ path }) => path);
  return [...new Set(configFile === undefined ? read : [configFile, ...read])];
}
