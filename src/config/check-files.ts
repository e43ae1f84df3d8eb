import type { Config } from './config.ts';
import { filesInUse, type NamedFile } from './files-in-use.ts';
import type { LoadedConfig } from './load-config.ts';
import { type Problem, problemAt } from './problem.ts';
import { type FilesRead, readFiles } from './read-files.ts';

/** What `check` says of one of the files that a configuration names. */
export interface FileCheck {
  /** `keys`, `allowlist`, `tls`, `ca`, `redis password`. */
  readonly name: string;
  readonly ok: boolean;
  /** What is there, where it is good: `2 keys: live, next`. No secret. */
  readonly detail: string;
  readonly problems: readonly Problem[];
  /** Sentences about what works but should be looked at. */
  readonly warnings: readonly string[];
}

type Valid = Extract<LoadedConfig, { kind: 'ok' }>;

/** Reads every file that the configuration needs, as `serve` does at its start. Never rejects. */
export async function checkFiles({ config, settings }: Valid): Promise<readonly FileCheck[]> {
  const files = filesInUse(settings, config.allowlist.addresses !== undefined);
  const read = await readFiles(files, config);
  const inOrder = read.reports.toSorted(({ file: a }, { file: b }) => rankOf(a) - rankOf(b));
  return inOrder.map(({ file, detail, problems, unmeant, warnings }) => {
    const all = [...problems, ...unmeant, ...emptiness(file, read, config)];
    const ok = all.length === 0;
    return { name: nameOf(file), ok, detail: ok ? detail : '', problems: all, warnings };
  });
}

/** An empty list is well-formed, but a route that refuses every sender is not what anybody wants to hear is good. */
function emptiness({ path, use }: NamedFile, { allowlists }: FilesRead, { routes }: Config): Problem[] {
  if (use.holds !== 'allowlist' || allowlists.get(path)?.length !== 0) return [];
  if (!routes.some(({ allowlist: { mode, file } }) => mode === 'enforce' && file === path)) return [];
  const expected = 'expected an entry, or all are refused';
  return [problemAt({ source: path }, 'addresses', 'found an empty list', expected)];
}

/** In the order in which they are told. */
const names: Readonly<Record<NamedFile['use']['holds'], string>> = {
  keys: 'keys',
  'signing keys': 'signing keys',
  allowlist: 'allowlist',
  certificate: 'tls',
  'private key': 'tls',
  authorities: 'ca',
  'user name': 'user',
  password: 'password',
  events: 'store',
};

function rankOf({ use }: NamedFile): number {
  return Object.keys(names).indexOf(use.holds);
}

/** Short for the settings of the whole gate, with the key for those of one route. */
function nameOf({ key, use }: NamedFile): string {
  const name = names[use.holds];
  if (key.includes('[')) return `${name} (${key})`;
  if (!key.startsWith('duplicates.redis.')) return name;
  return key.includes('entinel') ? `sentinel ${name}` : `redis ${name}`;
}
