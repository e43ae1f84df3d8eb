/** Installs from Debian the independent peers that the tests need, where this runs as root; else names them. */
import { spawnSync } from 'node:child_process';

/** Program → Debian package. */
const programs: Readonly<Record<string, string>> = {
  curl: 'curl',
  haproxy: 'haproxy',
  ip: 'iproute2',
  nginx: 'nginx-light',
  openssl: 'openssl',
  perl: 'perl',
  php: 'php-cli',
  promtool: 'prometheus',
  python3: 'python3',
  'redis-server': 'redis-server',
  strace: 'strace',
};
const luaModule = '/usr/share/nginx/modules-available/mod-http-lua.conf';

const path = `${process.env.PATH}:/usr/sbin:/sbin`;
const has = (name: string): boolean =>
  spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name], { env: { ...process.env, PATH: path } }).status ===
  0;
const exists = (file: string): boolean => spawnSync('test', ['-e', file]).status === 0;

const missing = Object.keys(programs).filter((name) => !has(name));
const packages = missing.map((name) => programs[name] as string);
if (!exists(luaModule)) packages.push('libnginx-mod-http-lua');

if (packages.length > 0) {
  if (process.getuid?.() === 0 && has('apt-get')) {
    console.log(`installing from Debian: ${packages.join(' ')}`);
    run('apt-get', ['update', '-qq']);
    // policy-rc.d would be the clean way to keep the services from starting; none of them is needed running.
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages]);
  } else {
    console.warn(`not installed, so tests that need them are skipped: ${packages.join(' ')}`);
    if (process.env.CI === 'true') process.exitCode = 1;
  }
}

function run(command: string, args: string[]): void {
  const done = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  });
  if (done.status !== 0) {
    console.error(`${command} ${args.join(' ')} ended with ${done.status}`);
    process.exitCode = 1;
  }
}
