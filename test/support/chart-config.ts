import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type LoadedConfig, loadConfig } from '../../src/config/load-config.ts';
import { manifests } from './helm.ts';

/** Loads the hookgate.yaml of a rendered ConfigMap, as the gate does. */
export function loadRendered(
  rendered: string,
  name = 'hookgate-config',
  env: Record<string, string> = {},
): LoadedConfig {
  const config = manifests(rendered).find(({ metadata }) => metadata.name === name);
  const { data } = config as unknown as { data: Record<string, string> };
  return loadText(data['hookgate.yaml'] as string, env);
}

/** Loads a hookgate.yaml from its text. */
export function loadText(text: string, env: Record<string, string> = {}): LoadedConfig {
  const directory = mkdtempSync(join(tmpdir(), 'hookgate-chart-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'hookgate.yaml');
  writeFileSync(file, text);
  return loadConfig({ file, env, flags: {} });
}
