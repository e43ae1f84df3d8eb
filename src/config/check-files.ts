import { readAllowlist } from './allowlist-file.ts';
import type { Config } from './config.ts';
import { readKeys } from './keys.ts';
import { type Problem, problemAt } from './problem.ts';
import { readBytes } from './read-file.ts';
import { readCa, readTls } from './tls-files.ts';

/** What `check` says of one of the files that a configuration names. */
export interface FileCheck {
  readonly name: 'keys' | 'allowlist' | 'tls' | 'ca' | 'redis password';
  readonly ok: boolean;
  /** What is there, where it is good: `2 keys: live, next`. No secret. */
  readonly detail: string;
  readonly problems: readonly Problem[];
  /** Sentences about what works but should be looked at. */
  readonly warnings: readonly string[];
}

/** Reads every file that the configuration needs, as `serve` would at its start. Never rejects. */
export async function checkFiles(config: Config): Promise<readonly FileCheck[]> {
  const checks = [checkKeys(config)];
  const { allowlist, listen, upstream, duplicates } = config;
  if (allowlist.mode !== 'off' && allowlist.addresses === undefined)
    checks.push(await checkAllowlist(config));
  if (listen.tls !== undefined) {
    const read = readTls(listen.tls);
    checks.push(
      read.kind === 'ok'
        ? good('tls', `certificate valid until ${read.validTo.toISOString()}`, read.warnings)
        : bad('tls', read.problems),
    );
  }
  if (upstream.caFile !== undefined) {
    const read = readCa(upstream.caFile);
    checks.push(read.kind === 'ok' ? good('ca', upstream.caFile) : bad('ca', read.problems));
  }
  if (duplicates.store === 'redis' && duplicates.redis.passwordFile !== '') {
    checks.push(checkPassword(duplicates.redis.passwordFile));
  }
  return checks;
}

function checkKeys({ checksum }: Config): FileCheck {
  const read = readKeys(checksum.keysDirectory);
  if (read.kind === 'problems') return bad('keys', read.problems);
  const names = read.keys.map(({ name }) => name);
  return good(
    'keys',
    `${names.length} ${names.length === 1 ? 'key' : 'keys'}: ${names.join(', ')}`,
    read.warnings,
  );
}

async function checkAllowlist({ allowlist }: Config): Promise<FileCheck> {
  const read = await readAllowlist(allowlist.file);
  if (read.kind === 'problems') return bad('allowlist', read.problems);
  const count = read.entries.length;
  if (count > 0) return good('allowlist', `${count} ${count === 1 ? 'entry' : 'entries'}`, read.warnings);
  // An empty list is well-formed, but a gate that refuses every sender is not what anybody wants to hear is good.
  return allowlist.mode === 'enforce'
    ? bad('allowlist', [
        problemAt(
          { source: allowlist.file },
          'addresses',
          'found an empty list',
          'expected an entry, or all are refused',
        ),
      ])
    : good('allowlist', '0 entries');
}

function checkPassword(file: string): FileCheck {
  const read = readBytes(file, 4096);
  if (read.kind === 'problem') return bad('redis password', [read.problem]);
  return read.bytes.toString('latin1').trim() === ''
    ? bad('redis password', [problemAt({ source: file }, '', 'found an empty file', 'expected a password')])
    : good('redis password', file);
}

function good(name: FileCheck['name'], detail: string, warnings: readonly string[] = []): FileCheck {
  return { name, ok: true, detail, problems: [], warnings };
}

function bad(name: FileCheck['name'], problems: readonly Problem[]): FileCheck {
  return { name, ok: false, detail: '', problems, warnings: [] };
}
