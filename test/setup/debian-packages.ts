import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Debian's Lua for nginx: no program but a module. */
const luaModule = {
  file: '/usr/share/nginx/modules-available/mod-http-lua.conf',
  package: 'libnginx-mod-http-lua',
};

const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

/** Whether the PATH, or where Debian keeps servers, has a program of this name. */
export function hasProgram(name: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name], { env }).status === 0;
}

/**
 * Installs the Debian packages of the programs (program → package) that are missing, and Lua for nginx, where this
 * runs as root. Gives what is missing afterwards, as packages.
 */
export function installMissing(programs: Readonly<Record<string, string>>): string[] {
  const wanted = missingOf(programs);
  if (wanted.length === 0 || process.getuid?.() !== 0 || !hasProgram('apt-get')) return wanted;
  console.log(`installing from Debian: ${wanted.join(' ')}`);
  aptGet('update', '-qq');
  // policy-rc.d would be the clean way to keep the services from starting; none of them is needed running.
  aptGet('install', '-y', '-qq', '--no-install-recommends', ...wanted);
  return missingOf(programs);
}

function missingOf(programs: Readonly<Record<string, string>>): string[] {
  const missing = Object.keys(programs).filter((name) => !hasProgram(name));
  const packages = missing.map((name) => programs[name] as string);
  return existsSync(luaModule.file) ? packages : [...packages, luaModule.package];
}

function aptGet(...args: string[]): void {
  const done = spawnSync('apt-get', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  });
  if (done.status !== 0) console.error(`apt-get ${args.join(' ')} ended with ${done.status}`);
}
