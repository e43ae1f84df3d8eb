import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from '../../demo/free-port.ts';
import { startEventApplication } from '../support/event-application.ts';
import { configText } from '../support/running-gate.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const program = new URL('../../dist/hookgate.js', import.meta.url).pathname;

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

test('all is good: a line for each, and exit status 0', async () => {
  const { configFile } = await place();

  const run = await check('--config', configFile);

  expect(run).toMatchObject({ code: 0, stderr: '' });
  const lines = run.stdout
    .trim()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
  const good = lines.filter(([result]) => result === 'good').map(([, name]) => name);
  expect(good).toEqual(['config', 'keys', 'allowlist', 'store', 'upstream']);
});

test('files, store and application that fail are named together, with exit status 1', async () => {
  const { configFile, directory } = await place({
    upstream: `{ url: "http://127.0.0.1:${await freePort()}" }`,
    duplicates: '{ embedded: { file: /nowhere/events.db } }',
  });
  rmSync(join(directory, 'keys'), { recursive: true });
  writeFileSync(join(directory, 'allowlist.yaml'), 'addresses: [300.1.2.3]\n');

  const { code, stdout } = await check('--config', configFile, '--json');

  const { checks } = JSON.parse(stdout) as { checks: { name: string; result: string; detail: string }[] };
  const failed = checks.filter(({ result }) => result === 'failed');
  expect(code).toBe(1);
  expect(failed.map(({ name }) => name)).toEqual(['keys', 'allowlist', 'store', 'upstream']);
  expect(failed.map(({ detail }) => detail).join('\n')).toMatch(
    /keys.*\n.*allowlist\.yaml:1:13.*\n.*\/nowhere.*\n.*cannot be reached/,
  );
});

test.each([
  { ofRoute: 'observe', ofAll: 'enforce', code: 0, failed: [] },
  { ofRoute: 'enforce', ofAll: 'observe', code: 1, failed: ['allowlist (routes[0].allowlist.file)'] },
])('an empty allowlist is judged by the mode of its route: $ofRoute, of all: $ofAll', async (modes) => {
  const empty = join(temporaryDirectory(), 'empty.yaml');
  writeFileSync(empty, 'addresses: []\n');
  const { configFile } = await place({
    allowlist: `{ file: ALLOWLIST_FILE, mode: ${modes.ofAll} }`,
    routes: `[{ name: juicyway, path: /webhooks/juicyway, allowlist: { mode: ${modes.ofRoute}, file: ${empty} } }]`,
  });

  const { code, stdout } = await check('--config', configFile, '--json');

  const { checks } = JSON.parse(stdout) as { checks: { name: string; result: string }[] };
  const failed = checks.filter(({ result }) => result === 'failed').map(({ name }) => name);
  expect({ code, failed }).toEqual({ code: modes.code, failed: modes.failed });
});

test('a configuration that cannot be read is told with all its problems, with exit status 2', async () => {
  const { configFile } = await place({ otherPaths: 'refuse', drain: '{ delai: 5s }' });

  const { code, stdout, stderr } = await check('--config', configFile);

  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/otherPaths/);
  expect(stderr).toMatch(/drain\.delai.*delay/);
  expect(stderr).not.toMatch(/ at .*\.js:/);
});

test('an option that is unknown is a usage error', async () => {
  expect(await check('--confg', 'x')).toMatchObject({ code: 2, stdout: '' });
});

async function place(sections: Record<string, string> = {}) {
  const directory = temporaryDirectory();
  const places = {
    directory,
    upstreamUrl: (await startEventApplication()).url,
    keysDirectory: join(directory, 'keys'),
    allowlistFile: join(directory, 'allowlist.yaml'),
  };
  const configFile = join(directory, 'hookgate.yaml');
  mkdirSync(places.keysDirectory);
  writeFileSync(join(places.keysDirectory, 'primary'), 'a-business-id');
  writeFileSync(places.allowlistFile, 'addresses:\n  - 203.0.113.7\n');
  const admin = `{ host: 127.0.0.1, port: ${await freePort()} }`;
  writeFileSync(configFile, configText(places, { admin, ...sections }));
  return { directory, configFile };
}

function check(...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, 'check', ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}
