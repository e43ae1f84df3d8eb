import type { Problem } from '../config/problem.ts';

type Failure =
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] }
  | { readonly kind: 'failed'; readonly sentence: string };

/**
 * Hands on what came out. Otherwise writes why nothing did to stderr, sets the exit status (2 for the configuration,
 * 1 for anything else), and gives undefined.
 */
export async function orReport<Success extends { readonly kind: string }>(
  result: Success | Failure,
): Promise<Success | undefined> {
  if (!isFailure(result)) return result;
  if (result.kind === 'problems') {
    const { formatProblem } = await import('../config/problem.ts');
    process.stderr.write(`${result.problems.map(formatProblem).join('\n')}\n`);
    process.exitCode = 2;
  } else {
    process.stderr.write(`hookgate: ${result.sentence}\n`);
    process.exitCode = 1;
  }
  return undefined;
}

function isFailure(result: { readonly kind: string }): result is Failure {
  return result.kind === 'problems' || result.kind === 'failed';
}
