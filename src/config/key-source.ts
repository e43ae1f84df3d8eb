import { readFileSync } from 'node:fs';
import { readKeyFile } from './key-file.ts';
import { withoutNewline } from './keys.ts';
import { formatProblem, problemAt } from './problem.ts';

/** Where a command has its business ID from: a file (`-` is standard input), or a variable of the environment. */
export interface KeySource {
  readonly keyFile?: string;
  readonly keyEnv?: string;
}

/**
 * The business ID, without one trailing newline, as in the keys directory; so it need not be written to a disk first.
 * Throws a sentence when there is none.
 */
export function readKey(
  { keyFile, keyEnv }: KeySource,
  env: Readonly<Record<string, string | undefined>>,
): Buffer {
  if (keyFile !== undefined && keyEnv === undefined && keyFile !== '-') return readKeyFile(keyFile);
  if ((keyFile === undefined) === (keyEnv === undefined))
    throw new Error(
      'expected the business ID from one place: --key-file FILE (- is standard input), or --key-env NAME',
    );
  const secret = withoutNewline(keyEnv === undefined ? readFileSync(0) : Buffer.from(env[keyEnv] ?? ''));
  if (secret.length > 0) return secret;
  const source = keyEnv === undefined ? 'standard input' : `the variable ${keyEnv}`;
  throw new Error(formatProblem(problemAt({ source }, '', 'found nothing', 'expected the business ID')));
}
