import type { Start } from '../app/start.ts';

/**
 * Hands on what runs. Otherwise writes why nothing does to stderr, sets the exit status (2 for the configuration,
 * 1 for anything else), and returns undefined.
 */
export async function started<Running>(
  start: Start<Running>,
): Promise<({ readonly kind: 'running' } & Running) | undefined> {
  if (start.kind === 'running') return start;
  if (start.kind === 'problems') {
    const { formatProblem } = await import('../config/problem.ts');
    process.stderr.write(`${start.problems.map(formatProblem).join('\n')}\n`);
    process.exitCode = 2;
    return undefined;
  }
  process.stderr.write(`hookgate: ${start.sentence}\n`);
  process.exitCode = 1;
  return undefined;
}
