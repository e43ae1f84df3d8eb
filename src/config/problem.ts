/** Where a setting was written: a file with line and column (from 1), an environment variable or a flag. */
export interface Origin {
  readonly source: string;
  readonly line?: number;
  readonly column?: number;
}

/** One thing that is wrong with a setting or a file. `found` and `expected` are phrases for people. */
export interface Problem extends Origin {
  /** Dotted path of the setting, `addresses[3]` for a list's item; empty where the whole source is meant. */
  readonly key: string;
  readonly found: string;
  readonly expected: string;
}

/** Makes a problem of an origin; copies only what a problem shows. */
export function problemAt(origin: Origin, key: string, found: string, expected: string): Problem {
  const { source, line, column } = origin;
  return line === undefined || column === undefined
    ? { source, key, found, expected }
    : { source, line, column, key, found, expected };
}

/** One sentence: `hookgate.yaml:12:3: duplicates.retension: unknown key; did you mean "retention"?` */
export function formatProblem(problem: Problem): string {
  const place =
    problem.line === undefined ? problem.source : `${problem.source}:${problem.line}:${problem.column}`;
  const named = problem.key === '' || problem.key === problem.source ? place : `${place}: ${problem.key}`;
  return `${named}: ${problem.found}; ${problem.expected}`;
}

const shownCharacters = 80;

/** A user's text in quotes, shortened, control characters escaped, credentials of URLs blotted out. */
export function quote(text: string): string {
  const safe = text.replaceAll(/\/\/[^/]*@/g, '//***@');
  return JSON.stringify(safe.length > shownCharacters ? `${safe.slice(0, shownCharacters)}...` : safe);
}
