/** Bundles the command and the store's worker into dist/. */
import { readFileSync, rmSync } from 'node:fs';
import { bundle } from './bundle.ts';

const root = new URL('../', import.meta.url).pathname;
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string };

rmSync(`${root}dist`, { recursive: true, force: true });
await bundle(version, `${root}dist`);
