/** What the tests of this suite measured, kept over their files and printed as one table at the end. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import type { LoadFigures } from '../../support/load-with-retries.ts';

declare module 'vitest' {
  interface ProvidedContext {
    rowsFile: string;
  }
}

export interface Row extends Partial<LoadFigures> {
  readonly fault: string;
  readonly sent: number;
  readonly accepted: number;
  readonly answered200: number;
  readonly lost: number;
  readonly repeated: number;
  /** Requests in flight at the faults: so many repeats are allowed. */
  readonly mostRepeated: number;
  readonly wronglySuppressed: number;
  readonly false200: number;
  /** Of all events sent once more after the fault, how many the store had forgotten. */
  readonly forgotten?: number | undefined;
  readonly recoveryMs?: number | undefined;
}

/** Adds a row to the table that the run prints at its end. */
export function record(row: Row): void {
  appendFileSync(inject('rowsFile'), `${JSON.stringify(row)}\n`);
}

const columns: Readonly<Record<string, (row: Row) => string | number>> = {
  fault: (row) => row.fault,
  sent: (row) => row.sent,
  accepted: (row) => row.accepted,
  'answered 200': (row) => row.answered200,
  lost: (row) => row.lost,
  repeated: (row) => row.repeated,
  'in flight': (row) => row.mostRepeated,
  'wrongly suppressed': (row) => row.wronglySuppressed,
  'false 200': (row) => row.false200,
  'longest stall': (row) => seconds(row.longestStallMs),
  recovery: (row) => seconds(row.recoveryMs),
  'sent again: forgotten': (row) => row.forgotten ?? '-',
};

export default function printAtTheEnd(project: TestProject): () => void {
  const directory = mkdtempSync(join(tmpdir(), 'hookgate-faults-'));
  const file = join(directory, 'rows');
  appendFileSync(file, '');
  project.provide('rowsFile', file);
  return () => {
    const rows = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row);
    rmSync(directory, { recursive: true });
    const titles = Object.keys(columns);
    console.log(`| ${titles.join(' | ')} |`);
    console.log(`|${titles.map((_, index) => (index === 0 ? ' --- ' : ' ---: ')).join('|')}|`);
    for (const row of rows) {
      console.log(
        `| ${Object.values(columns)
          .map((tell) => tell(row))
          .join(' | ')} |`,
      );
    }
  };
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '-' : `${(ms / 1000).toFixed(2)} s`;
}
