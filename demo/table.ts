import type { Row } from './scenes.ts';

/** Prints what was sent, what came back and what the application saw. */
export function printTable(rows: readonly Row[]): void {
  const cells = [
    ['sent', 'answered', 'the application saw it', 'as promised'],
    ...rows.map(({ sent, answered, seen, asPromised }) => [sent, answered, seen, asPromised ? 'yes' : 'NO']),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  for (const [index, row] of cells.entries()) {
    console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
    if (index === 0) console.log(widths.map((width) => '-'.repeat(width)).join('  '));
  }
}
