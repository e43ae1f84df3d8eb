/** Keeps what a run has measured: one JSON file, the pictures, and the blocks of the documents. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { withBlock } from './document.ts';
import { renderReport, renderTargets } from './markdown.ts';
import type { Report, Verdict } from './report.ts';
import type { Setting } from './setting.ts';

export interface Kept {
  /** Folder of results.json and the pictures. */
  readonly folder: string;
  /** `tables` has a block for each part, `page` one called "targets". Undefined: none is written. */
  readonly documents?: { readonly tables: string; readonly page: string };
}

interface KeptPart extends Pick<Report, 'title' | 'tables' | 'verdicts' | 'figures'> {
  readonly setting: Setting;
}

type Results = Record<string, KeptPart>;

/** Takes the place of what an earlier run kept of this part; the other parts stay. */
export function keep({ folder, documents }: Kept, part: string, report: Report, setting: Setting): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'results.json');
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : {};
  const { title, tables, verdicts, figures } = report;
  const results: Results = { ...before, [part]: { title, setting, tables, verdicts, figures } };
  writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
  for (const { name, svg } of report.pictures) writeFileSync(join(folder, `${name}.svg`), svg);
  if (documents === undefined) return;
  const { tables: long, page } = documents;
  const pictures = relative(dirname(long), folder) || '.';
  const content = `${setting.sentence}\n\n${renderReport(report, pictures)}`;
  writeFileSync(long, withBlock(readFileSync(long, 'utf8'), part, content));
  writeFileSync(page, withBlock(readFileSync(page, 'utf8'), 'targets', renderTargets(verdictsOf(results))));
}

/** Of all parts that were ever kept, in the order in which they came. */
export function verdictsOf(
  results: Readonly<Record<string, { readonly verdicts: readonly Verdict[] }>>,
): Verdict[] {
  return Object.values(results).flatMap(({ verdicts }) => verdicts);
}
