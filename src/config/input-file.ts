import { readFileSync } from 'node:fs';
import { formatProblem, problemAt } from './problem.ts';
import { unreadable } from './read-file.ts';

/**
 * The bytes of a file that a command was given; a pipe will do. Throws a sentence that names the file, what is there
 * and what is expected.
 */
export function readInputFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    // The sentence says what the cause says.
    throw new Error(
      formatProblem(problemAt({ source: file }, '', unreadable(cause), 'expected a readable file')),
    );
  }
}
