/** PyPI's standardwebhooks, which verifies what the gate signs: unpacked from wheels, kept beside the Helms. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const version = '1.1.0';
const cache = new URL('../../node_modules/.cache/hookgate/', import.meta.url).pathname;

/** A directory for PYTHONPATH; undefined where it cannot be had, which under CI=true throws. */
export function standardWebhooksOfPython(): string | undefined {
  const target = join(cache, `standardwebhooks-${version}`);
  if (existsSync(target)) return target;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'standardwebhooks-'));
  try {
    const packages = [`standardwebhooks==${version}`];
    const step = ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', '--target', work, ...packages];
    const done = spawnSync('python3', step, { encoding: 'utf8' });
    if (done.status !== 0) {
      if (process.env.CI === 'true') throw new Error(`standardwebhooks could not be had: ${done.stderr}`);
      return undefined;
    }
    if (!existsSync(target)) renameSync(work, target);
    return target;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
