import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parts } from '../../bench/parts/parts.ts';
import { beginOf, endOf, withBlock } from '../../bench/report/document.ts';
import { keep } from '../../bench/report/keep.ts';
import type { Report } from '../../bench/report/report.ts';
import { settingNow } from '../../bench/report/setting.ts';
import { barPicture } from '../../bench/report/svg/bars.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const page = read('performance.md');
const tables = read('performance/tables.md');
const setting = settingNow('nothing pinned', false);

function reportOf(measured: number): Report {
  return {
    title: 'Processor time',
    tables: [{ caption: 'Events', columns: ['', 'µs'], rows: [['hookgate', String(measured)]] }],
    verdicts: [{ target: 'an event', limit: 50, measured, unit: 'µs' }],
    pictures: [
      barPicture({ name: 'gate', text: 'a bar' }, 'An <event>', [
        { label: 'hookgate', value: measured, own: true },
      ]),
    ],
    figures: [measured],
  };
}

test.each([
  { block: 'targets', document: page },
  ...parts.map(({ name }) => ({ block: name, document: tables })),
])('the documents have a place for $block', ({ block, document }) => {
  expect(withBlock(document, block, 'filled')).toContain(`${beginOf(block)}\n\nfilled\n\n${endOf(block)}`);
});

test('a second run takes the place of the first, and leaves the other parts alone', () => {
  const folder = join(temporaryDirectory(), 'performance');
  const document = join(folder, '../page.md');
  const documents = { tables: document, page: document };
  const blocks = ['targets', 'gate', 'latency'].map((name) => `${beginOf(name)}\n${endOf(name)}\n`);
  writeFileSync(document, blocks.join('between\n'));

  keep({ folder, documents }, 'latency', reportOf(7), setting);
  keep({ folder, documents }, 'gate', reportOf(60), setting);
  keep({ folder, documents }, 'gate', reportOf(40), setting);

  const written = readFileSync(document, 'utf8');
  const results = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'));
  expect(written).toContain('| hookgate |  40 |');
  expect(written).toContain('| hookgate |   7 |');
  expect(written).not.toContain('60');
  expect(written.match(/\| reached \|/g)).toHaveLength(4);
  expect(written).toContain('![a bar](performance/gate.svg)');
  expect([results.gate.figures, results.latency.figures]).toEqual([[40], [7]]);
  expect(readdirSync(folder).sort()).toEqual(['gate.svg', 'results.json']);
});

test('a picture is well-formed whatever its words are', () => {
  const [picture] = reportOf(40).pictures;

  expect(picture?.svg).toContain('<title>An &lt;event&gt;</title>');
  expect(picture?.svg).not.toContain('NaN');
});
