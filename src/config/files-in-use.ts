import { leavesOf, occurrencesOf } from './leaves.ts';
import { hookgateYaml, type Settings } from './schema.ts';
import type { FileUse, ShapeSchema } from './shape-schema.ts';

/** A file or directory that the configuration names and that the gate uses. */
export interface NamedFile {
  /** `checksum.keysDirectory`. */
  readonly key: string;
  readonly path: string;
  readonly use: FileUse;
}

/**
 * All of them, in the order of the schema: the one list by which the loader reads, the reloader watches and `check`
 * looks. `allowedByFlag`: `--allow` has taken the place of the file that holds for all routes. A file that stands there
 * for all routes is used only where a route has none of its own.
 */
export function filesInUse(settings: Settings, allowedByFlag: boolean): readonly NamedFile[] {
  const leaves = leavesOf(hookgateYaml as unknown as ShapeSchema);
  const settingAt = (key: string): unknown =>
    leaves.filter((leaf) => leaf.key === key).flatMap((leaf) => occurrencesOf(leaf, settings))[0]?.value;
  const files = leaves.flatMap((leaf) => {
    const use = leaf.schema['x-file'];
    if (use === undefined) return [];
    const isUsed = Object.entries(use.only ?? {}).every(([key, values]) =>
      values.includes(String(settingAt(key))),
    );
    if (!isUsed) return [];
    return occurrencesOf(leaf, settings).flatMap(({ key, value, holder }) => {
      const fits = Object.entries(use.onlyBeside ?? {}).every(([name, values]) =>
        values.includes(String(holder[name])),
      );
      // A value that stands for all routes counts through the routes that have taken it over.
      const isUsedHere = fits || use.throughRoutes === true;
      return typeof value === 'string' && value !== '' && isUsedHere ? [{ key, path: value, use }] : [];
    });
  });
  const ofRoutes = files.filter(({ use }) => use.throughRoutes !== true);
  return files.filter(({ path, use }) => {
    if (use.holds === 'allowlist' && allowedByFlag && path === settings.allowlist.file) return false;
    // Also where every route has an application of its own: what is passed through goes to the one that holds for all.
    if (use.holds === 'authorities' && settings.otherPaths === 'passthrough') return true;
    return (
      use.throughRoutes !== true ||
      ofRoutes.some((other) => other.path === path && other.use.holds === use.holds)
    );
  });
}

/** The paths of which a change is a reload. */
export function watchedPaths(files: readonly NamedFile[], configFile: string | undefined): readonly string[] {
  const read = files.filter(({ use }) => use.read === 'with the configuration').map(({ path }) => path);
  return [...new Set(configFile === undefined ? read : [configFile, ...read])];
}
