import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

const targets = readdirSync('test/fuzz/targets').map((file) => file.replace(/\.ts$/, ''));
/** A few seconds each; `npm run fuzz` takes as long as it is told. */
const runs = '2000';

/** In a process of its own, which nothing else is measured in. */
function fuzzed(...args: readonly string[]) {
  return spawnSync(process.execPath, ['test/fuzz/run.ts', ...args], { encoding: 'utf8' });
}

test.each(targets.filter((name) => name !== 'planted-fault'))('%s', (name) => {
  const { status, stdout, stderr } = fuzzed(name, '--runs', runs);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const [, did, kept] = /: (\d+) runs, (\d+) inputs kept/.exec(stdout) ?? [];
  expect(Number(did)).toBeGreaterThanOrEqual(Number(runs));
  expect(Number(kept)).toBeGreaterThan(0);
});

test('a fault that chance would not find is found by what was run on the way to it', () => {
  const { status, stderr } = fuzzed('planted-fault', '--runs', '400000', '--seed', '2');
  expect(stderr).toContain('planted-fault breaks on "GAT');
  expect(status).toBe(1);
});
