/** Bundles the command, its threads and the admin port's page into dist/, with their licences. */
import { readFileSync, rmSync } from 'node:fs';
import { buildPage } from './build-page.ts';
import { bundle } from './bundle.ts';
import { packagesIn, writeLicences } from './licences.ts';
import { readWords } from './words.ts';

readWords('npm run build', {});
const root = new URL('../', import.meta.url).pathname;
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string };

rmSync(`${root}dist`, { recursive: true, force: true });
const bundled = [...(await bundle(version, `${root}dist`)), await buildPage(`${root}dist`)];
writeLicences(`${root}dist`, bundled.flatMap(packagesIn));
