import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

const root = new URL('../', import.meta.url).pathname;

/** Folders of the packages of which something stands in the bundle. */
export function packagesIn({ outputs }: Metafile): string[] {
  return Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => {
      const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
      return folder === undefined || bytesInOutput === 0 ? [] : [folder];
    }),
  );
}

/** Writes the project's licence, and those of the bundled packages: each asks to go with every copy of its code. */
export function writeLicences(outdir: string, packages: readonly string[]): void {
  copyFileSync(join(root, 'LICENSE'), join(outdir, 'LICENSE'));
  const texts = [...new Set(packages)].sort().map(licenceOf);
  writeFileSync(join(outdir, 'LICENSES.txt'), texts.join(`\n${'-'.repeat(80)}\n\n`));
}

function licenceOf(folder: string): string {
  const at = join(root, folder);
  const manifest = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as Record<string, unknown>;
  const { name, version, license } = manifest;
  const texts = readdirSync(at)
    .filter((file) => /^(?:licen[cs]e|notice)(?:\.|$)/i.test(file))
    .sort()
    .map((file) => `\n${readFileSync(join(at, file), 'utf8').trim()}\n`);
  // One that ships no text has the word of its manifest alone.
  return `${name} ${version}, ${license}\n${texts.join('')}`;
}
