/** zizmor, which looks for holes in GitHub's workflows: a program inside a wheel of PyPI, kept beside the Helms. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const version = '1.32.0';
const cache = new URL('../../node_modules/.cache/hookgate/', import.meta.url).pathname;

/** Path of the program; undefined where it cannot be had, which under CI=true throws. */
export function zizmor(): string | undefined {
  const target = join(cache, `zizmor-${version}`);
  if (existsSync(target)) return target;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'zizmor-'));
  try {
    const steps = [
      [
        '-m',
        'pip',
        'download',
        '--quiet',
        '--no-deps',
        '--only-binary',
        ':all:',
        '--dest',
        work,
        `zizmor==${version}`,
      ],
      ['-c', 'import glob, zipfile; zipfile.ZipFile(glob.glob("*.whl")[0]).extractall()'],
    ];
    for (const step of steps) {
      const done = spawnSync('python3', step, { cwd: work, encoding: 'utf8' });
      if (done.status === 0) continue;
      if (process.env.CI === 'true') throw new Error(`zizmor could not be had: ${done.stderr}`);
      return undefined;
    }
    const program = join(work, `zizmor-${version}.data/scripts/zizmor`);
    spawnSync('chmod', ['755', program]);
    renameSync(program, target);
    return target;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
