import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, constants, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeProblem } from '../../src/cli/oldest-node.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { until } from '../support/until.ts';

const program = new URL('../../dist/hookgate.js', import.meta.url).pathname;

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built program in a directory that has `keys/primary`, `body.json` and `empty`. */
function run(args: readonly string[]): Promise<Run> {
  const cwd = temporaryDirectory();
  mkdirSync(join(cwd, 'keys'));
  writeFileSync(join(cwd, 'keys', 'primary'), 'a-business-id\n');
  writeFileSync(join(cwd, 'body.json'), '{"event":"a","data":{}}');
  writeFileSync(join(cwd, 'empty'), '');
  return new Promise((resolve) => {
    const options = { cwd, env: { PATH: process.env.PATH } };
    const child = execFile(process.execPath, [program, ...args], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

const commands = ['serve', 'check', 'sign', 'send', 'explain', 'migrate', 'inject'];

test.each([[], ...commands.map((command) => [command])].map((args) => [args.join(' '), args] as const))(
  'hookgate %s --help and --version end with 0, on standard output',
  async (_name, args) => {
    const [help, version] = await Promise.all([run([...args, '--help']), run([...args, '--version'])]);
    expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Usage: hookgate') });
    expect(help.stdout.includes('\nExit status: 0 ')).toBe(args.length > 0);
    const { version: ours } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(version).toEqual({ code: 0, stdout: `${ours}\n`, stderr: '' });
  },
);

const key = ['--key-file', 'keys/primary'];
const url = ['--url', 'http://127.0.0.1:9/webhooks/juicyway'];

test.each<[readonly string[], RegExp]>([
  [[], /Usage: hookgate/],
  [['serv'], /unknown command 'serv'/],
  [['help', 'serv'], /unknown command 'serv'/],
  [['allowlist', 'help', 'sugest'], /unknown command 'sugest'/],
  [['serve', '--uptream', 'x'], /unknown option '--uptream'/],
  [['serve', 'now'], /too many arguments/],
  [['serve'], /^\/etc\/hookgate\/hookgate\.yaml, which is not there: upstream\.url: missing; expected/],
  [['check', '--config', 'nowhere.yaml'], /^nowhere\.yaml: found nothing there; expected a readable file\n$/],
  [['check', '--config', 'keys'], /^keys: found a directory; expected a file\n$/],
  [['sign'], /^hookgate sign: expected the key from one place: --key-file FILE/],
  [
    ['sign', '--key-file', 'nowhere'],
    /^hookgate sign: nowhere: found nothing there; expected a readable file\n$/,
  ],
  [['sign', '--key-file', 'keys'], /^hookgate sign: keys: found a directory; expected a file\n$/],
  [['sign', '--key-file', 'empty'], /^hookgate sign: empty: found an empty file; expected a key\n$/],
  [['sign', ...key], /^hookgate sign: This is no event: an empty body/],
  [['sign', ...key, '--event', 'a'], /--event needs --data/],
  [['sign', ...key, '--data', '{}'], /--data needs --event/],
  [['sign', ...key, '--event', 'a', '--data', '{'], /'--data <json>'.*expected a JSON object/],
  [
    ['sign', ...key, '--event', 'a', '--data', '@nowhere'],
    /nowhere: found nothing there; expected a readable/,
  ],
  [['sign', ...key, '--event', 'a|b', '--data', '{}'], /visible ASCII characters without \|/],
  [['send', ...key], /required option '--url <url>' not specified/],
  [['send', ...url, '--key-file', 'nowhere'], /nowhere: found nothing there/],
  [
    ['send', ...url, ...key, '--ca-file', 'nowhere'],
    /nowhere: found nothing there; expected a readable file/,
  ],
  [
    ['send', ...url, ...key, '--ca-file', 'empty'],
    /empty: found no certificate that can be read; expected certificates in PEM/,
  ],
  [['send', ...url, ...key, '--ca-file', 'keys/primary'], /keys\/primary: found no certificate/],
  [['explain'], /missing required argument 'file'/],
  [['explain', '--keys-directory', 'keys', 'nowhere'], /^hookgate explain: nowhere: found nothing there/],
  [['explain', '--keys-directory', 'keys', 'keys'], /^hookgate explain: keys: found a directory/],
  [
    ['explain', '--keys-directory', 'nowhere', 'body.json'],
    /^nowhere: found nothing there; expected a directory/,
  ],
  [
    ['explain', '--keys-directory', 'keys', '--config', 'x', 'body.json'],
    /cannot be used with option '--config/,
  ],
  [
    ['explain', '--keys-directory', 'keys', '--address', '1.2.3', 'body.json'],
    /expected an address, such as/,
  ],
  [
    ['explain', '--keys-directory', 'keys', '--route', 'a', 'body.json'],
    /'--route <name>' cannot be used with option '--keys-directory/,
  ],
  [
    ['sign', ...key, '--event', 'a', '--data', '@'],
    /'--data <json>' argument '@' is invalid\. expected the name of a file behind @/,
  ],
  [
    ['sign', ...key, '--event', 'a', '--data', '\ufeff{}'],
    /'--data <json>'.*expected JSON without a byte order mark/,
  ],
  [['sign', '--key-file', ''], /'--key-file <file>' argument '' is invalid\. expected the name of a file/],
  [['check', '--config', ''], /'--config <file>' argument '' is invalid\. expected the name of a file/],
  [
    ['explain', '--keys-directory', 'keys', ''],
    /command-argument value '' is invalid for argument 'file'\. expected the/,
  ],
  [['explain', '--keys-directory', 'body.json', 'body.json'], /found a file in the place of a directory;/],
  [['sign', ...key, '--scheme', 'strip'], /^hookgate sign: strip is no scheme; did you mean "stripe"\?\n$/],
  [['schemes', 'strip'], /^hookgate schemes: strip is no scheme; did you mean "stripe"\?\n$/],
  [
    ['sign', ...key, '--scheme', 'stripe', '--public-url', 'https://a.example/'],
    /--public-url: scheme stripe signs no URL/,
  ],
  [
    ['explain', '--keys-directory', 'keys', '--public-url', 'https://a.example/', 'body.json'],
    /--public-url: scheme juicyway signs no URL/,
  ],
  [
    ['sign', ...key, '--public-url', 'https://a.example/', '--route', 'a'],
    /'--public-url <url>' cannot be used with option '--route/,
  ],
  [
    ['send', ...url, ...key, '--scheme', 'stripe', '--encoding', 'sorted'],
    /--encoding: scheme stripe signs what is sent as it is/,
  ],
  [['sign', ...key, '--scheme', 'stripe', '--event', 'a'], /^hookgate sign: --event needs --data/],
  [['send', ...url, ...key, '--timeout', '99999d'], /'--timeout <duration>'.*expected at most 24d/],
  [['send', ...url, ...key, '--timeout', '0s'], /'--timeout <duration>'.*expected more than nothing/],
  [['send', ...url, ...key, '--retry-interval', '99999d'], /'--retry-interval <duration>'.*at most 24d/],
  [['send', ...url, ...key, '--retries', '-1'], /'--retries <n>'.*expected a whole number of 0 or more/],
  [['send', ...key, '--url', 'http://a:b@127.0.0.1:9/'], /'--url <url>'.*without a name and a password/],
  [['explain', '--keys-directory', 'keys', '--at', '12', 'body.json'], /'--at <time>'.*expected a time/],
  [['explain', '--keys-directory', 'keys', '--at', '-5', 'body.json'], /'--at <time>'.*expected a time/],
  [
    ['explain', '--keys-directory', 'keys', '--at', '2026-02-31', 'body.json'],
    /'--at <time>'.*expected a time/,
  ],
  [
    ['explain', '--keys-directory', 'keys', '--at', '2026-02-30T12:00:00+01:00', 'body.json'],
    /'--at <time>'.*expected a time/,
  ],
  [
    ['explain', '--keys-directory', 'keys', '--at', 'Tue, 31 Feb 2026 12:00:00 GMT', 'body.json'],
    /'--at <time>'.*expected a time/,
  ],
  [
    ['sign', ...key, '--route', 'a', '--scheme', 'stripe'],
    /'--route <name>' cannot be used with option '--scheme/,
  ],
  [
    ['send', ...url, ...key, '--config', 'a', '--route', 'a', '--scheme', 'juicyway'],
    /'--route <name>' cannot be used with option '--scheme/,
  ],
  [
    ['sign', ...key, '--header', 'A: b', '--event', 'a', '--data', '{}'],
    /--header: scheme juicyway signs no/,
  ],
  [['send', ...url, ...key, '--retry-interval', '2s'], /--retry-interval goes with --retries/],
  [['send', ...url, ...key, '--data', '@empty'], /--data @empty: expected a JSON object/],
  [
    ['sign', '--key-file', '/dev/zero'],
    /\/dev\/zero: found something that is no regular file; expected a file/,
  ],
  [
    ['sign', ...key, '--event', 'a', '--data', '@/dev/zero'],
    /\/dev\/zero: found something that is no regular file; expected a file/,
  ],
  [['prove', '--services', '', '--path', '/a#b'], /'--path <path>'.*without query or fragment/],
  [['prove', '--path', '/a'], /--path goes with --services/],
  [['prove', '--injector', 'a'], /--injector goes with --services/],
  [['prove', '--services', '', '--path', 'a'], /'--path <path>'.*expected an absolute path/],
  [['prove', ...url, '--route', 'a'], /'--url <url>' cannot be used with option '--route/],
  [['migrate', '--config', 'nowhere'], /^nowhere: found nothing there/],
  [['inject', '--config', 'nowhere'], /^nowhere: found nothing there/],
])('hookgate %j ends with 2 and a sentence on standard error', async (args, says) => {
  const { code, stdout, stderr } = await run(args);
  expect(stderr).toMatch(says);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).not.toMatch(/\n {4}at |Error:|node:internal/);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends a command that waits for standard input',
  async (signal) => {
    const cwd = temporaryDirectory();
    writeFileSync(join(cwd, 'key'), 'a-business-id');
    const env = { PATH: process.env.PATH, NODE_DEBUG: 'stream' };
    const child = spawn(process.execPath, [program, 'sign', '--key-file', 'key'], { cwd, env });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    // Said when a stream that is read has nothing to give yet.
    await new Promise<void>((resolve) =>
      child.stderr.on('data', (text) => `${text}`.includes('read') && resolve()),
    );
    child.kill(signal);
    expect(await ended).toBe(signal === 'SIGINT' ? 130 : 143);
  },
);

test.each([
  ['key', ['sign', '--event', 'a', '--data', '{}', '--key-file', 'pipe']],
  ['data', ['sign', '--key-file', 'key', '--event', 'a', '--data', '@pipe']],
  ['body', ['explain', '--keys-directory', '.', 'pipe']],
])('SIGTERM ends a command whose pipe for the %s nobody opens', async (_what, args) => {
  const cwd = temporaryDirectory();
  writeFileSync(join(cwd, 'key'), 'a-business-id');
  execFileSync('mkfifo', [join(cwd, 'pipe')]);
  const child = spawn(process.execPath, [program, ...args], { cwd, stdio: 'ignore' });
  const ended = once(child, 'exit');
  // It reads: somebody has opened the other end, and a writer need not wait.
  let writer: number | undefined;
  await until(() => {
    writer = openWriter(join(cwd, 'pipe'));
    return writer !== undefined;
  });
  child.kill('SIGTERM');
  expect(await ended).toEqual([143, null]);
  if (writer !== undefined) closeSync(writer);
});

test('a pipe that may not be read is told as a file is', () => {
  const cwd = temporaryDirectory();
  chmodSync(cwd, 0o755);
  execFileSync('mkfifo', ['-m', '000', join(cwd, 'pipe')]);
  const { status, stderr } = spawnSync(process.execPath, [program, 'sign', '--key-file', 'pipe'], {
    cwd,
    env: { PATH: process.env.PATH },
    encoding: 'utf8',
    // Root may read everything.
    ...(process.getuid?.() === 0 && { uid: 65_534 }),
  });
  expect(stderr).toBe('hookgate sign: pipe: found no permission to read it; expected a readable file\n');
  expect(status).toBe(2);
});

/** Undefined while nobody has opened the pipe for reading. */
function openWriter(pipe: string): number | undefined {
  try {
    return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

test('hookgate help explain is hookgate explain --help', async () => {
  expect(await run(['help', 'explain'])).toEqual(await run(['explain', '--help']));
  expect(await run(['help'])).toEqual(await run(['--help']));
});

test.each([['--help'], ['schemes'], ['sign', '--event', 'a', '--data', '{}', '--key-env', 'ID']])(
  'hookgate %s on a full disk ends with 1 and a sentence',
  (...args) => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
      env: { PATH: process.env.PATH, ID: 'a-business-id' },
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect(stderr).toMatch(
      /^hookgate: standard output cannot be written: ENOSPC: no space left on device.*\n$/,
    );
    expect(status).toBe(1);
  },
);

test('a key may come from a pipe, as from <(command)', async () => {
  const args = ['sign', '--event', 'a', '--data', '{}', '--key-file'];
  const piped = `printf 'a-business-id\\n' | "$0" "$@" /dev/stdin`;
  const stdout = execFileSync('sh', ['-c', piped, process.execPath, program, ...args], { encoding: 'utf8' });
  expect(stdout).toBe((await run([...args, 'keys/primary'])).stdout);
});

test('a Node that would lose header lines is refused by a sentence, the one of package.json is not', () => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };
  const oldest = engines.node.replace('>=', '');
  expect(nodeProblem(oldest)).toBeUndefined();
  expect(['24.21.1', '24.100.0', '25.0.0'].map(nodeProblem)).toEqual([undefined, undefined, undefined]);
  for (const version of ['20.20.2', '24.4.0', '24.20.9', '23.99.0'])
    expect(nodeProblem(version)).toBe(
      `found Node ${version}; expected ${oldest} or newer, which npm ci brings along (npm run hookgate uses it)`,
    );
});
