/**
 * Set-up of the cluster's tests: an image of this source, one of Prometheus and one of a Valkey, on the cluster's nodes.
 * HOOKGATE_TEST_IMAGE, HOOKGATE_TEST_PROMETHEUS_IMAGE and HOOKGATE_TEST_VALKEY_IMAGE name those that are there already.
 * The others are built by buildah, and the command in HOOKGATE_TEST_LOAD, called with an image's name, hands them to the nodes.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchValkey } from '../../setup/fetch-valkey.ts';

const root = new URL('../../../', import.meta.url).pathname;
const neighbour = join(root, '../shared/cluster/load');

/** The chart's own default name, so that the chart is installed as a stranger would install it. */
export const image = process.env.HOOKGATE_TEST_IMAGE ?? 'docker.io/library/hookgate:0.1.0';
export const prometheusImage =
  process.env.HOOKGATE_TEST_PROMETHEUS_IMAGE ?? 'docker.io/library/hookgate-test-prometheus:1';

export const valkeyImage =
  process.env.HOOKGATE_TEST_VALKEY_IMAGE ?? 'docker.io/library/hookgate-test-valkey:2';

/** nginx and Apache, for what applications give to their own machine only. */
export const serversImage =
  process.env.HOOKGATE_TEST_SERVERS_IMAGE ?? 'docker.io/library/hookgate-test-servers:1';

export default function setUp(): void {
  if (process.env.KUBECONFIG === undefined) throw new Error('KUBECONFIG names no cluster');
  const load = process.env.HOOKGATE_TEST_LOAD ?? (existsSync(neighbour) ? neighbour : undefined);
  if (process.env.HOOKGATE_TEST_IMAGE === undefined) {
    buildHookgate();
    handOver(image, load);
  }
  if (process.env.HOOKGATE_TEST_PROMETHEUS_IMAGE === undefined) {
    buildPrometheus();
    handOver(prometheusImage, load);
  }
  if (process.env.HOOKGATE_TEST_VALKEY_IMAGE === undefined) {
    buildValkey();
    handOver(valkeyImage, load);
  }
  if (process.env.HOOKGATE_TEST_SERVERS_IMAGE === undefined) {
    buildServers();
    handOver(serversImage, load);
  }
}

/** From Debian, where this runs as root. */
function requireFromDebian(program: string, name = program): void {
  const has = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status === 0;
  if (has) return;
  run('apt-get', ['update', '-qq']);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name]);
}

function buildHookgate(): void {
  requireFromDebian('buildah');
  if (existsSync(neighbour)) run(neighbour, ['--base']);
  const authorities = process.env.NODE_EXTRA_CA_CERTS;
  const secret = authorities === undefined ? [] : ['--secret', `id=ca,src=${authorities}`];
  run('buildah', ['bud', '--pull-never', '--layers', ...secret, '-t', image, root]);
}

function handOver(name: string, load: string | undefined): void {
  if (load === undefined)
    throw new Error(`set HOOKGATE_TEST_LOAD to the command that hands ${name} to the nodes`);
  run('sh', ['-c', `${load} "$1"`, 'sh', name]);
}

/** Debian's Prometheus with the libraries that it needs, and nothing else. */
function buildPrometheus(): void {
  requireFromDebian('prometheus');
  buildFromPrograms(prometheusImage, { prometheus: 'prometheus' }, 'ENTRYPOINT ["/bin/prometheus"]');
}

/** A real Valkey; where it cannot be fetched, Debian's Redis under its name. */
function buildValkey(): void {
  const valkey = fetchValkey();
  if (valkey === undefined) requireFromDebian('redis-server');
  buildFromPrograms(
    valkeyImage,
    { [valkey ?? 'redis-server']: 'valkey-server', dash: 'sh', cat: 'cat' },
    'ENV PATH=/bin',
  );
}

function buildServers(): void {
  requireFromDebian('nginx');
  requireFromDebian('apache2', 'apache2-bin');
  const modules = ['mpm_event', 'authz_core', 'authz_host', 'status'].map((name) => `mod_${name}.so`);
  const copied = modules.map((name) => `/usr/lib/apache2/modules/${name}`);
  buildFromPrograms(serversImage, { nginx: 'nginx', apache2: 'apache2' }, 'ENV PATH=/bin', copied);
}

/**
 * An image of nothing but some programs of this machine, each under a name of its own, and their libraries.
 * libgcc_s comes along although `ldd` does not list it: glibc loads it where a thread ends by `pthread_exit`, and ends the
 * process where it is missing. Every child of Apache would die so a second after its start.
 */
function buildFromPrograms(
  name: string,
  programs: Readonly<Record<string, string>>,
  last: string,
  files: readonly string[] = [],
): void {
  requireFromDebian('buildah');
  const context = mkdtempSync(join(tmpdir(), 'hookgate-image-'));
  const copy =
    'set -e; p=$(command -v "$1"); mkdir -p root/bin root/etc; cp -L "$p" "root/bin/$2"; ' +
    'for l in $(ldd "$p" | grep -oE "/[^ ]+") $(/sbin/ldconfig -p | grep -oE "/[^ ]+/libgcc_s\\.so\\.1"); do install -D "$(readlink -f "$l")" "root$l"; done; ' +
    'echo "hosts: files dns" > root/etc/nsswitch.conf';
  try {
    for (const [program, as] of Object.entries(programs)) run('sh', ['-c', copy, 'sh', program, as], context);
    for (const file of files) run('install', ['-D', file, join(context, 'root', file)]);
    writeFileSync(join(context, 'Dockerfile'), `FROM scratch\nCOPY root/ /\nUSER 65532:65532\n${last}\n`);
    run('buildah', ['bud', '-t', name, context]);
  } finally {
    rmSync(context, { recursive: true });
  }
}

function run(command: string, args: readonly string[], cwd = root): void {
  const env = { ...process.env, BUILDAH_ISOLATION: 'chroot', STORAGE_DRIVER: 'vfs' };
  const done = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env,
    timeout: 600_000,
    maxBuffer: 64 << 20,
  });
  if (done.status !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with ${done.status}:\n${done.stdout}${done.stderr}`);
  }
}
