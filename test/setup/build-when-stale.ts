import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;
const sources = ['src', 'scripts', 'package.json', 'package-lock.json'];

/** Bundles dist/ before the first test where it is older than what it is made from, since some tests start it. */
export default function setup(): void {
  const built = changedAt('dist/hookgate.js');
  if (sources.every((path) => newest(path) <= built)) return;
  console.log('dist/ is older than its sources: npm run build');
  const done = spawnSync(process.execPath, ['scripts/build.ts'], { cwd: root, stdio: 'inherit' });
  if (done.status !== 0) throw new Error(`the build ended with ${done.status}`);
}

/** Milliseconds since the epoch; 0 where there is no such file. */
function changedAt(path: string): number {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Of a file, or of all in a folder and the folders themselves, whose time tells of a file that went. */
function newest(path: string): number {
  if (!statSync(join(root, path)).isDirectory()) return changedAt(path);
  const names = readdirSync(join(root, path), { recursive: true, encoding: 'utf8' });
  return Math.max(changedAt(path), ...names.map((name) => changedAt(join(path, name))));
}
