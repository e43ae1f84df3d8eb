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
  const rounds = join(folder, '../rounds');
  const document = join(folder, '../page.md');
  const documents = { tables: document, page: document };
  const kept = { folder, rounds, documents, order: ['gate', 'latency'] };
  const blocks = ['targets', 'gate', 'latency'].map((name) => `${beginOf(name)}\n${endOf(name)}\n`);
  writeFileSync(document, blocks.join('between\n'));

  keep(kept, 'latency', reportOf(7), setting);
  keep(kept, 'gate', reportOf(60), setting);
  keep(kept, 'gate', reportOf(40), setting);

  const written = readFileSync(document, 'utf8');
  const figuresOf = (part: string) => JSON.parse(readFileSync(join(rounds, `${part}.json`), 'utf8')).figures;
  expect(written).toContain('| hookgate |  40 |');
  expect(written).toContain('| hookgate |   7 |');
  expect(written).not.toContain('60');
  expect(written.match(/\| reached \|/g)).toHaveLength(4);
  expect(written).toContain('![a bar](performance/gate.svg)');
  expect([figuresOf('gate'), figuresOf('latency')]).toEqual([[40], [7]]);
  expect(readdirSync(folder).sort()).toEqual(['gate.svg', 'targets.json']);
});

test("the page's targets are in the order of the parts, whichever ran first", () => {
  const document = join(temporaryDirectory(), 'page.md');
  const folder = join(document, '..');
  const kept = {
    ...{ folder, rounds: folder, order: ['gate', 'latency'] },
    documents: { tables: document, page: document },
  };
  const blocks = ['targets', 'gate', 'latency'].map((name) => `${beginOf(name)}\n${endOf(name)}\n`);
  writeFileSync(document, blocks.join(''));
  const named = (target: string) => ({ ...reportOf(Number.NaN), verdicts: [verdictOf(target)] });
  const verdictOf = (target: string) => ({ target, limit: 1, measured: Number.NaN, unit: 'ms' });

  keep(kept, 'latency', named('the answer'), { ...setting, measuredAt: '2026-01-02T03:04:05Z', load: 0.5 });
  keep(kept, 'gate', named('the event'), { ...setting, measuredAt: '2026-01-02T03:14:05Z', load: 1 });

  const [, block = ''] = readFileSync(document, 'utf8').split(beginOf('targets'));
  const [targets = ''] = block.split(endOf('targets'));
  expect(targets).toMatch(/the event .* not measured[\s\S]*the answer .* not measured/);
  expect(targets).toContain('Measured 2026-01-02 03:04 to 2026-01-02 03:14 UTC');
  expect(targets).toContain('load average 0.5 to 1.0.');
});

test('a picture is well-formed whatever its words are', () => {
  const [picture] = reportOf(40).pictures;

  expect(picture?.svg).toContain('<title>An &lt;event&gt;</title>');
  expect(picture?.svg).not.toContain('NaN');
});
