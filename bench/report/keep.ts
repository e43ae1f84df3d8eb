/** Keeps what a run has measured: the targets, the pictures, the blocks of the documents, and all rounds of each part. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { withBlock } from './document.ts';
import { renderReport, renderTargets } from './markdown.ts';
import type { Report, Verdict } from './report.ts';
import { type Setting, sentenceOf } from './setting.ts';

export interface Kept {
  /** Folder of targets.json and the pictures. */
  readonly folder: string;
  /** Folder of a JSON file for each part, with the figures of its rounds. */
  readonly rounds: string;
  /** `tables` has a block for each part, `page` one called "targets". Undefined: none is written. */
  readonly documents?: { readonly tables: string; readonly page: string };
  /** The names of all parts, in the order in which the page has their targets. */
  readonly order: readonly string[];
}

/** What the page's targets are made from: of each part what its last run decided, and under what. */
type Targets = Record<string, { readonly setting: Setting; readonly verdicts: readonly Verdict[] }>;

/** Takes the place of what an earlier run kept of this part; the other parts stay. */
export function keep(kept: Kept, part: string, report: Report, setting: Setting): void {
  const { folder, rounds, documents, order } = kept;
  for (const each of [folder, rounds]) mkdirSync(each, { recursive: true });
  writeJson(join(rounds, `${part}.json`), { setting, title: report.title, figures: report.figures });
  const file = join(folder, 'targets.json');
  const { verdicts } = report;
  const targets: Targets = { ...readTargets(file), [part]: { setting, verdicts } };
  writeJson(file, targets);
  for (const { name, svg } of report.pictures) writeFileSync(join(folder, `${name}.svg`), svg);
  if (documents === undefined) return;
  const { tables: long, page } = documents;
  const pictures = relative(dirname(long), folder) || '.';
  const content = `${sentenceOf([setting])}\n\n${renderReport(report, pictures)}`;
  writeFileSync(long, withBlock(readFileSync(long, 'utf8'), part, content));
  writeFileSync(page, withBlock(readFileSync(page, 'utf8'), 'targets', targetsOf(targets, order)));
}

function targetsOf(targets: Targets, order: readonly string[]): string {
  const inOrder = order.flatMap((name) => targets[name] ?? []).filter(({ verdicts }) => verdicts.length > 0);
  const sentence = sentenceOf(inOrder.map(({ setting }) => setting));
  return `${sentence}\n\n${renderTargets(inOrder.flatMap(({ verdicts }) => verdicts))}`;
}

function readTargets(file: string): Targets {
  if (!existsSync(file)) return {};
  // JSON has null for NaN, which is what was not measured.
  return JSON.parse(readFileSync(file, 'utf8'), (_, value: unknown) => value ?? Number.NaN) as Targets;
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 1)}\n`);
}
