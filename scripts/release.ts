/** What a release is made of; .github/workflows/release.yml calls nothing else of ours. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readWords, refuseWords } from './words.ts';

const usage = `npm run --silent release -- COMMAND
  check vX.Y.Z            whether the tag is the version of package, chart and changelog
  chart DIRECTORY         packages the chart there
  checksums DIRECTORY     writes SHA256SUMS of what is there
  notes vX.Y.Z [DIGEST]   prints the changelog's section, and how to verify`;

const root = new URL('../', import.meta.url).pathname;
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The changelog's text below the heading of this version; undefined where it has none. */
export function notesOf(version: string, changelog: string): string | undefined {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.split(/[\s,]/, 1)[0] === version);
  return section?.slice(section.indexOf('\n') + 1).trim();
}

/** What keeps the tag from being released, a sentence each. */
export function obstacles(tag: string): string[] {
  const version = tag.replace(/^v/, '');
  const manifest = JSON.parse(read('package.json')) as { version: string };
  const chart = parse(read('charts/hookgate/Chart.yaml')) as { version: string; appVersion: string };
  const found = {
    'package.json': manifest.version,
    'version in Chart.yaml': chart.version,
    'appVersion in Chart.yaml': chart.appVersion,
  };
  const differing = Object.entries(found).filter(([, told]) => told !== version);
  return [
    ...(tag === `v${version}` ? [] : [`${tag} does not begin with v`]),
    ...differing.map(([place, told]) => `${place} says ${told}, the tag ${version}`),
    ...(notesOf(version, read('CHANGELOG.md')) === undefined
      ? [`CHANGELOG.md has no section ${version}`]
      : []),
  ];
}

function packageChart(directory: string): void {
  const done = spawnSync('helm', ['package', 'charts/hookgate', '--destination', directory], {
    cwd: root,
    stdio: 'inherit',
  });
  if (done.status !== 0) throw new Error(`helm package ended with ${done.status ?? done.error?.message}`);
}

function writeChecksums(directory: string): void {
  const files = readdirSync(directory)
    .filter((name) => name !== 'SHA256SUMS')
    .sort();
  const lines = files.map((name) => {
    const digest = createHash('sha256')
      .update(readFileSync(join(directory, name)))
      .digest('hex');
    return `${digest}  ${name}\n`;
  });
  writeFileSync(join(directory, 'SHA256SUMS'), lines.join(''));
}

function printNotes(tag: string, digest: string | undefined): void {
  const notes = notesOf(tag.replace(/^v/, ''), read('CHANGELOG.md'));
  if (notes === undefined) throw new Error(`CHANGELOG.md has no section for ${tag}`);
  const image = digest === undefined ? '' : `\nImage: \`${digest}\`.`;
  console.log(`${notes}\n\nHow to verify image, chart and checksums: docs/releasing.md.${image}`);
}

if (import.meta.filename === process.argv[1]) {
  const [command, first, second] = readWords(usage, { allowPositionals: true }).positionals;
  if (command === undefined || first === undefined)
    refuseWords(usage, 'A command is missing, or what it is for.');
  if (command === 'check') {
    const found = obstacles(first);
    for (const sentence of found) console.error(sentence);
    process.exitCode = found.length === 0 ? 0 : 1;
  } else if (command === 'chart') packageChart(first);
  else if (command === 'checksums') writeChecksums(first);
  else if (command === 'notes') printNotes(first, second);
  else refuseWords(usage, `There is no command ${command}.`);
}
