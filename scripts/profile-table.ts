/** Writes the table of profiles in docs/schemes.md from the code. `node scripts/profile-table.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { compileScheme } from '../src/schemes/compile.ts';
import { profiles } from '../src/schemes/profiles.ts';
import type { Profile } from '../src/schemes/settings.ts';
import { formatDuration } from '../src/values/units.ts';

/** The page with its table made anew. */
export function withProfileTable(page: string): string {
  const head = '| profile | signature | algorithm | covers | event | the same event | tries again | waits |';
  const rows = profiles.map(rowOf);
  const table = [head, '| --- | --- | --- | --- | --- | --- | --- | --- |', ...rows].join('\n');
  return page.replace(/(<!-- profiles[^\n]*-->\n)[\s\S]*?(<!-- profiles end -->)/, `$1${table}\n$2`);
}

function rowOf(profile: Profile): string {
  const settings = {
    ...profile,
    signature: profile.signature || 'header:X',
    publicUrl: profile.message.includes('{url}') ? 'https://a.example/' : '',
  };
  const compiled = compileScheme(profile, settings);
  if (compiled.kind === 'problems') throw new Error(profile.name);
  const { covers, event, id, triesAgainForMs } = compiled.scheme;
  const window = profile.triesAgainFor === 'unknown' ? 'unknown: 3d' : formatDuration(triesAgainForMs);
  return `| ${[
    `\`${profile.name}\``,
    profile.signature === '' ? 'as written' : `\`${profile.signature}\``,
    `${profile.algorithm}${profile.algorithm === 'equals' ? '' : `, ${profile.encoding}`}`,
    { body: 'the whole body', members: `\`${profile.message}\``, nothing: '**nothing**' }[covers].replaceAll(
      '|',
      '\\|',
    ),
    event === undefined ? '' : `\`${profile.event}\`${event.isSigned ? '' : ', **not signed**'}`,
    id === undefined ? 'digest' : `\`${profile.id}\``,
    triesAgainForMs === 0 ? '**none**' : window,
    profile.deadlineMs === undefined ? '' : formatDuration(profile.deadlineMs),
  ].join(' | ')} |`;
}

if (import.meta.main) {
  const page = new URL('../docs/schemes.md', import.meta.url);
  writeFileSync(page, withProfileTable(readFileSync(page, 'utf8')));
}
