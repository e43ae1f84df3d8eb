/** Installs from Debian the independent peers that the tests need, where this runs as root; else names them. */
import { installMissing } from './debian-packages.ts';

const missing = installMissing({
  chromium: 'chromium',
  curl: 'curl',
  faketime: 'faketime',
  haproxy: 'haproxy',
  ip: 'iproute2',
  nginx: 'nginx-light',
  openssl: 'openssl',
  perl: 'perl',
  php: 'php-cli',
  pip3: 'python3-pip',
  promtool: 'prometheus',
  python3: 'python3',
  'redis-server': 'redis-server',
  strace: 'strace',
});
if (missing.length > 0) {
  console.warn(`not installed, so tests that need them are skipped: ${missing.join(' ')}`);
  if (process.env.CI === 'true' || process.getuid?.() === 0) process.exitCode = 1;
}
