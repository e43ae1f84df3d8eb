import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeProblem } from '../../src/cli/oldest-node.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

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
  [['sign'], /^hookgate sign: expected the business ID from one place: --key-file FILE/],
  [
    ['sign', '--key-file', 'nowhere'],
    /^hookgate sign: nowhere: found nothing there; expected a readable file\n$/,
  ],
  [['sign', '--key-file', 'keys'], /^hookgate sign: keys: found a directory; expected a readable file\n$/],
  [
    ['sign', '--key-file', 'empty'],
    /^hookgate sign: empty: found an empty file; expected the business ID\n$/,
  ],
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
  [['migrate', '--config', 'nowhere'], /^nowhere: found nothing there/],
  [['inject', '--config', 'nowhere'], /^nowhere: found nothing there/],
])('hookgate %j ends with 2 and a sentence on standard error', async (args, says) => {
  const { code, stdout, stderr } = await run(args);
  expect(stderr).toMatch(says);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).not.toMatch(/\n {4}at |Error:|node:internal/);
});

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
