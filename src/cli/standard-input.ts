import { formatProblem, problemAt } from '../config/problem.ts';
import { unreadable } from '../config/read-file.ts';

/**
 * All of standard input. Waited for, not read at once: while a read blocks, no signal is heard, and Ctrl-C could not end a
 * command that waits for its body. Throws a sentence where it cannot be read.
 */
export async function readStandardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  } catch (cause) {
    // The sentence says what the cause says.
    const problem = problemAt(
      { source: 'standard input' },
      '',
      unreadable(cause),
      'expected a file or a pipe',
    );
    throw new Error(formatProblem(problem));
  }
  return Buffer.concat(chunks);
}
