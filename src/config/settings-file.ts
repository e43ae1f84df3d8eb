import { type Problem, problemAt } from './problem.ts';
import { readTextFile } from './read-file.ts';
import { readYaml } from './read-yaml.ts';
import { emptySettings, type SettingsMap } from './settings-tree.ts';

export type FileSettings =
  | { readonly kind: 'settings'; readonly root: SettingsMap; readonly problems: readonly Problem[] }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

const maxFileBytes = 1_048_576;
const maxValues = 10_000;

/** `instead` is told as the place of what is missing where there is no file. */
export function noSettings(instead: string): FileSettings {
  return { kind: 'settings', root: emptySettings(instead), problems: [] };
}

/**
 * Reads a file of settings: keys with values at its top, or nothing at all, as where all is commented out. A list or
 * one value is a problem, since its defaults would be taken for what somebody wrote. Never throws.
 */
export function readSettingsFile(file: string): FileSettings {
  const read = readTextFile(file, maxFileBytes);
  if (read.kind === 'problem') return { kind: 'problems', problems: [read.problem] };
  const { root, problems } = readYaml(read.text, file, maxValues);
  // Without a root, every further problem would only be a consequence of the first.
  if (root === undefined && problems.length > 0) return { kind: 'problems', problems };
  if (root === undefined || (root.kind === 'scalar' && root.value === null)) {
    return { kind: 'settings', root: emptySettings(file), problems };
  }
  if (root.kind === 'map') return { kind: 'settings', root, problems };
  const found = root.kind === 'list' ? 'found a list' : 'found one value';
  return {
    kind: 'problems',
    problems: [problemAt(root.origin, '', found, 'expected settings, each "key: value"')],
  };
}
