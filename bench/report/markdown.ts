/** Tables that are read in a terminal as they are, and by a renderer of Markdown. */
import { outcomeOf, type Report, type Table, type Verdict } from './report.ts';

/** `picturesIn` is the folder of the pictures, seen from the document; without it they are left out. */
export function renderReport({ tables, verdicts, pictures }: Report, picturesIn?: string): string {
  const images = picturesIn === undefined ? [] : pictures;
  return [
    ...tables.map(renderTable),
    ...(verdicts.length === 0 ? [] : [renderTargets(verdicts)]),
    ...images.map(({ name, text }) => `![${text}](${picturesIn}/${name}.svg)`),
  ].join('\n\n');
}

function renderTable({ caption, columns, rows }: Table): string {
  const widths = columns.map((column, index) =>
    Math.max(3, column.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => pad(cell, widths[index] ?? 0, index)).join(' | ')} |`;
  const rule = `| ${widths.map((width, index) => (index === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [`${caption}:`, '', line(columns), rule, ...rows.map(line)].join('\n');
}

/** The first column is words, the others are figures. */
function pad(cell: string, width: number, index: number): string {
  return index === 0 ? cell.padEnd(width) : cell.padStart(width);
}

/** What a target stands beside, where one of a table's targets has it. */
const besides: readonly { column: string; of: (verdict: Verdict) => number | undefined }[] = [
  { column: 'a bare hop of Node', of: ({ bareHop }) => bareHop },
  { column: 'the floor on Node', of: ({ floor }) => floor },
];

export function renderTargets(verdicts: readonly Verdict[]): string {
  const beside = besides.filter(({ of }) => verdicts.some((verdict) => of(verdict) !== undefined));
  return renderTable({
    caption: 'Targets',
    columns: ['target', 'at most', 'measured', '', ...beside.map(({ column }) => column)],
    rows: verdicts.map((verdict) => [
      verdict.target,
      figure(verdict.limit, verdict.unit),
      figure(verdict.measured, verdict.unit),
      outcomeOf(verdict),
      ...beside.map(({ of }) => figure(of(verdict) ?? Number.NaN, verdict.unit)),
    ]),
  });
}

function figure(value: number, unit: string): string {
  if (Number.isNaN(value)) return '';
  return `${threeDigits(value)}${unit === '' ? '' : ` ${unit}`}`;
}

/** Three digits that count, and never an exponent: no figure here is known better than that. */
export function threeDigits(value: number): string {
  if (Number.isNaN(value)) return '';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** The middle of the rounds, and the least and most of them. */
export function spreadCell({ median, least, most }: { median: number; least: number; most: number }): string {
  return `${threeDigits(median)} (${threeDigits(least)}-${threeDigits(most)})`;
}

/** Of an event, for people. */
export function sizeOf(bytes: number): string {
  return bytes < 1024 ? `${bytes} bytes` : `${bytes / 1024} KiB`;
}
