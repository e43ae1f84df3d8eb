import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';
import { openFilesCaution } from '../../src/app/open-files.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { writeGateFiles } from '../support/running-gate.ts';

const program = new URL('../../dist/hookgate.js', import.meta.url).pathname;

function configOf(env: Record<string, string>) {
  const flags = { upstream: 'http://127.0.0.1:3000', path: '/hook', allow: ['127.0.0.1'] };
  const read = loadConfig({ env, flags });
  if (read.kind === 'problems') throw new Error(JSON.stringify(read.problems));
  return read.config;
}

const limits = (soft: number | string) =>
  `Max processes             100                  200                  processes \n` +
  `Max open files            ${soft}                 524288               files     \n`;

test.each([
  [10_164, {}],
  [1_164, { HOOKGATE_LIMITS_CONNECTIONS: '1000' }],
  [2_164, { HOOKGATE_LIMITS_CONNECTIONS: '1000', HOOKGATE_OTHER_PATHS: 'passthrough' }],
  [1_200, { HOOKGATE_LIMITS_CONNECTIONS: '1000', HOOKGATE_UPSTREAM_CONNECTIONS: '100' }],
])('%d files are needed with %j', (needed, env) => {
  const config = configOf(env);
  expect(openFilesCaution(config, limits(needed))).toBeUndefined();
  expect(openFilesCaution(config, limits(needed - 1))).toContain(`take up to ${needed}:`);
});

test('where there is no limit, or nobody tells it, nothing is said', () => {
  expect(openFilesCaution(configOf({}), limits('unlimited'))).toBeUndefined();
  expect(openFilesCaution(configOf({}), '')).toBeUndefined();
});

/** Runs the program where it may open `files` files, until it has said `word` or has ended. */
function runWith(files: number, command: string, word: string): Promise<string> {
  const { configFile } = writeGateFiles('http://127.0.0.1:9', { log: '{ level: info }' });
  const line = [process.execPath, program, command, '--config', configFile]
    .map((text) => `'${text}'`)
    .join(' ');
  return new Promise((resolve) => {
    let said = '';
    const child = execFile('sh', ['-c', `ulimit -n ${files}; exec ${line}`], () => resolve(said));
    child.stdout?.on('data', (text) => {
      said += text;
      if (said.includes(word)) child.kill();
    });
  });
}

test.each([['check'], ['serve']])('%s says so under ulimit -n 256', async (command) => {
  expect(await runWith(256, command, '"ready"')).toMatch(
    /the process may open 256 files \(ulimit -n\), but .* take up to 10164/,
  );
});
