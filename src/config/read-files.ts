import { findLeftovers } from '../schemes/leftovers.ts';
import { isDecoded } from '../schemes/live-key.ts';
import { readAllowlist } from './allowlist-file.ts';
import type { Config } from './config.ts';
import type { NamedFile } from './files-in-use.ts';
import { type Key, type PartlyRead, readKeys, unmeantIn, withoutNewline } from './keys.ts';
import { type Problem, problemAt } from './problem.ts';
import { readBytes } from './read-file.ts';
import { readCa, readTls } from './tls-files.ts';

/** What is to be said of one file, for `check` and for the log. No sentence has anything of a secret. */
export interface FileReport {
  readonly file: NamedFile;
  /** What is there, where it is good: `2 keys: live, next`. */
  readonly detail: string;
  /** Empty where the file can be used. */
  readonly problems: readonly Problem[];
  /** Secrets that nobody can have meant: `check` fails with them, and the gate says so and goes on. */
  readonly unmeant: readonly Problem[];
  /** Sentences about what works but should be looked at. */
  readonly warnings: readonly string[];
}

/** What the files hold, each under the path that the configuration names. */
export interface FilesRead {
  readonly keys: ReadonlyMap<string, readonly Key[]>;
  /** Of the directories with a file that cannot be used. */
  readonly partlyRead: ReadonlyMap<string, PartlyRead>;
  /** Ranges in canonical text. */
  readonly allowlists: ReadonlyMap<string, readonly string[]>;
  /** PEM. */
  readonly authorities: ReadonlyMap<string, Buffer>;
  /** PEM; undefined without TLS. */
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  readonly reports: readonly FileReport[];
}

const maxSecretBytes = 4096;

/** Reads every file that the gate uses, each once. Never rejects. */
export async function readFiles(
  files: readonly NamedFile[],
  { listen: { tls }, routes }: Pick<Config, 'listen' | 'routes'>,
): Promise<FilesRead> {
  const read = {
    keys: new Map<string, readonly Key[]>(),
    partlyRead: new Map<string, PartlyRead>(),
    allowlists: new Map<string, readonly string[]>(),
    authorities: new Map<string, Buffer>(),
    tls: undefined as FilesRead['tls'],
  };
  const reports: FileReport[] = [];
  for (const file of files) {
    const isTwin = files.some(
      (other) => other.path === file.path && other.use.holds === file.use.holds && other !== file,
    );
    if (isTwin && reports.some((report) => report.file.path === file.path)) continue;
    const report = await readOne(file);
    if (report !== undefined) reports.push({ file, ...report });
  }
  return { ...read, reports };

  function areDecoded(directory: string): boolean {
    const users = routes.filter(({ keysDirectory }) => keysDirectory === directory);
    return users.every(({ scheme }) => isDecoded(scheme));
  }

  async function readOne({ path, use }: NamedFile): Promise<Omit<FileReport, 'file'> | undefined> {
    switch (use.holds) {
      case 'keys':
      case 'signing keys': {
        const found = readKeys(path, { areDecoded: use.holds === 'signing keys' || areDecoded(path) });
        if (found.kind === 'problems') {
          if (found.partly !== undefined) read.partlyRead.set(path, found.partly);
          return bad(found.problems);
        }
        read.keys.set(path, found.keys);
        const detail = `${plural(found.keys.length, 'key')}: ${found.keys.map(nameOf).join(', ')}`;
        return good(detail, found.warnings, found.unmeant);
      }
      case 'allowlist': {
        const found = await readAllowlist(path);
        if (found.kind === 'problems') return bad(found.problems);
        read.allowlists.set(
          path,
          found.entries.map(({ range }) => range),
        );
        return good(plural(found.entries.length, 'entry'), found.warnings);
      }
      case 'certificate': {
        // With its private key, since only the two together can be judged.
        if (tls === undefined) return undefined;
        const found = readTls(tls);
        if (found.kind === 'problems') return bad(found.problems);
        read.tls = { cert: found.cert, key: found.key };
        return good(`certificate valid until ${found.validTo.toISOString()}`, found.warnings);
      }
      case 'authorities': {
        const found = readCa(path);
        if (found.kind === 'problems') return bad(found.problems);
        read.authorities.set(path, found.ca);
        return good(path);
      }
      case 'user name':
      case 'password':
        return readWord(path, use.holds);
      case 'private key':
      case 'events':
        return undefined;
    }
  }
}

function readWord(path: string, holds: 'user name' | 'password'): Omit<FileReport, 'file'> {
  const read = readBytes(path, maxSecretBytes);
  if (read.kind === 'problem') return bad([read.problem]);
  const secret = withoutNewline(read.bytes);
  if (secret.toString('latin1').trim() === '') {
    return bad([problemAt({ source: path }, '', 'found an empty file', `expected a ${holds}`)]);
  }
  const leftovers = findLeftovers(secret, 'password');
  return good(
    path,
    leftovers
      .filter(({ isCertain }) => !isCertain)
      .map(({ has }) => `${path} ${has}, which counts as part of the ${holds}`),
    leftovers.filter(({ isCertain }) => isCertain).map((leftover) => unmeantIn(path, leftover, holds)),
  );
}

function good(
  detail: string,
  warnings: readonly string[] = [],
  unmeant: readonly Problem[] = [],
): Omit<FileReport, 'file'> {
  return { detail, problems: [], unmeant, warnings };
}

function bad(problems: readonly Problem[]): Omit<FileReport, 'file'> {
  return { detail: '', problems, unmeant: [], warnings: [] };
}

const nameOf = ({ name }: Key): string => name;

function plural(count: number, noun: 'key' | 'entry'): string {
  return `${count} ${count === 1 ? noun : { key: 'keys', entry: 'entries' }[noun]}`;
}
