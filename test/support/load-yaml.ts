import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Flags } from '../../src/config/flags.ts';
import { type LoadedConfig, loadConfig } from '../../src/config/load-config.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** Loads a text as hookgate.yaml. */
export function loadYaml(text: string, env: Record<string, string> = {}, flags: Flags = {}): LoadedConfig {
  const file = join(temporaryDirectory(), 'hookgate.yaml');
  writeFileSync(file, text);
  return loadConfig({ file, env, flags });
}

/** The sentences about a configuration or a file, without the directory it is in. */
export function sentences(loaded: LoadedConfig): string[] {
  return loaded.kind === 'ok'
    ? []
    : loaded.problems.map((problem) => formatProblem(problem).replaceAll(/\/\S*\/(?=hookgate\.yaml)/g, ''));
}
