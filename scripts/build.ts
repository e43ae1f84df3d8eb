/** Bundles the command and the store's worker into dist/: one file to read at start-up instead of hundreds. */
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';
import { buildOptions } from './build-options.ts';

const root = new URL('../', import.meta.url).pathname;
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string };

rmSync(`${root}dist`, { recursive: true, force: true });
await build({ ...buildOptions(version), outdir: `${root}dist` });
chmodSync(`${root}dist/hookgate.js`, 0o755);
