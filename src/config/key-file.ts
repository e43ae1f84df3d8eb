import { readInputFile } from './input-file.ts';
import { withoutNewline } from './keys.ts';
import { formatProblem, problemAt } from './problem.ts';

/** The business ID in `file`: its bytes without one trailing newline, as in the keys directory. Throws a sentence when there is none. */
export function readKeyFile(file: string): Buffer {
  const secret = withoutNewline(readInputFile(file));
  if (secret.length > 0) return secret;
  throw new Error(
    formatProblem(problemAt({ source: file }, '', 'found an empty file', 'expected the business ID')),
  );
}
