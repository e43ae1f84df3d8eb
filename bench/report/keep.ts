/** Keeps what a run has measured: one JSON file, the pictures, and the document's blocks. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { withBlock } from './document.ts';
import { renderReport, renderTargets } from './markdown.ts';
import type { Report, Verdict } from './report.ts';
import type { Setting } from './setting.ts';

export interface Kept {
  /** Folder of results.json and the pictures. */
  readonly folder: string;
  /** Has a block for each part, and one called "targets". Undefined: none is written. */
  readonly document?: string;
}

interface KeptPart extends Pick<Report, 'title' | 'tables' | 'verdicts' | 'figures'> {
  readonly setting: Setting;
}

type Results = Record<string, KeptPart>;

/** Takes the place of what an earlier run kept of this part; the other parts stay. */
export function keep({ folder, document }: Kept, part: string, report: Report, setting: Setting): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'results.json');
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : {};
  const { title, tables, verdicts, figures } = report;
  const results: Results = { ...before, [part]: { title, setting, tables, verdicts, figures } };
  writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
  for (const { name, svg } of report.pictures) writeFileSync(join(folder, `${name}.svg`), svg);
  if (document === undefined) return;
  const content = `${setting.sentence}\n\n${renderReport(report, basename(folder))}`;
  const filled = withBlock(readFileSync(document, 'utf8'), part, content);
  writeFileSync(document, withBlock(filled, 'targets', renderTargets(verdictsOf(results))));
}

/** Of all parts that were ever kept, in the order in which they came. */
export function verdictsOf(
  results: Readonly<Record<string, { readonly verdicts: readonly Verdict[] }>>,
): Verdict[] {
  return Object.values(results).flatMap(({ verdicts }) => verdicts);
}
