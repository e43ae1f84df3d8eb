import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkFiles, type FileCheck } from '../../src/config/check-files.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

async function linesFor(
  directory: string,
  env: Record<string, string>,
  allow: string[] = [],
): Promise<string[]> {
  const flags = { upstream: 'https://app', path: '/a', keysDirectory: join(directory, 'keys'), allow };
  const loaded = loadConfig({ env, flags });
  if (loaded.kind !== 'ok') throw new Error('the test needs a good configuration');
  const lines = (await checkFiles(loaded)).flatMap(formatFileCheck);
  return lines.map((line) => line.replaceAll(`${directory}/`, ''));
}

test('good files are told in a line each, without any secret', async () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'keys'));
  writeFileSync(join(directory, 'keys', 'live'), 'secret-id\n');
  writeFileSync(join(directory, 'keys', 'next'), 'other-id\n');
  writeFileSync(join(directory, 'list.yaml'), 'addresses:\n  - 203.0.113.7\n  - 0.0.0.0/0\n');
  expect(await linesFor(directory, { HOOKGATE_ALLOWLIST_FILE: join(directory, 'list.yaml') })).toEqual([
    'ok  keys: 2 keys: live, next',
    'ok  allowlist: 2 entries',
    '  warning: list.yaml:3:5: addresses[1]: found 0.0.0.0/0; it admits every IPv4 address',
  ]);
});

test('all that is missing is named together', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'list.yaml'), 'addresses: []');
  writeFileSync(join(directory, 'password'), '\n');
  const at = (name: string) => join(directory, name);
  const env = {
    HOOKGATE_ALLOWLIST_FILE: at('list.yaml'),
    HOOKGATE_LISTEN_TLS_CERT_FILE: at('tls.crt'),
    HOOKGATE_LISTEN_TLS_KEY_FILE: at('tls.key'),
    HOOKGATE_UPSTREAM_CA_FILE: at('ca.pem'),
    HOOKGATE_DUPLICATES_STORE: 'redis',
    HOOKGATE_DUPLICATES_REDIS_PASSWORD_FILE: at('password'),
  };
  expect(await linesFor(directory, env)).toEqual([
    'failed  keys',
    '  keys: found nothing there; expected a directory with one file a key',
    'failed  allowlist',
    '  list.yaml: addresses: found an empty list; expected an entry, or all are refused',
    'failed  tls',
    '  tls.crt: found nothing there; expected a readable file',
    '  tls.key: found nothing there; expected a readable file',
    'failed  ca',
    '  ca.pem: found nothing there; expected a readable file',
    'failed  redis password',
    '  password: found an empty file; expected a password',
  ]);
});

test('with --allow the file of the allowlist is not looked for', async () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'keys'));
  writeFileSync(join(directory, 'keys', 'live'), 'id');
  expect(await linesFor(directory, {}, ['203.0.113.0/24'])).toEqual(['ok  keys: 1 key: live']);
});

/** As lines: one for the outcome, then the problems and warnings. */
function formatFileCheck({ name, ok, detail, problems, warnings }: FileCheck): readonly string[] {
  const lines = [...problems.map(formatProblem), ...warnings.map((warning) => `warning: ${warning}`)];
  return [
    `${ok ? 'ok' : 'failed'}  ${name}${detail === '' ? '' : `: ${detail}`}`,
    ...lines.map((line) => `  ${line}`),
  ];
}
