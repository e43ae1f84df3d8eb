import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readImageSettings } from '../../scripts/image-settings.ts';

const { variables, flags } = readImageSettings();

test('the image starts Node with a small heap, and without the signal that opens its inspector', () => {
  expect(flags).toEqual(['--disable-sigusr1', '--max-semi-space-size=2']);
});

test('Node takes the flags, and docs/performance.md has what to set without the image', () => {
  const { status, stderr } = spawnSync(process.execPath, [...flags, '--eval', '0'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const page = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8');
  const [nodeEnv, ...others] = variables;
  expect(nodeEnv).toBe('NODE_ENV=production');
  for (const setting of [...flags, ...others]) expect(page).toContain(`\`${setting}\``);
});

test('the bin runs by itself; its first line asks for nothing but Node', () => {
  const bin = new URL('../../dist/hookgate.js', import.meta.url).pathname;
  expect(readFileSync(bin, 'utf8').split('\n')[0]).toBe('#!/usr/bin/env node');
  const { status, stdout, stderr } = spawnSync(bin, ['--version'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^\d+\.\d+\.\d+/);
});
