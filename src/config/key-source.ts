import { readInputFile } from './input-file.ts';
import { maxKeyBytes, withoutNewline } from './keys.ts';
import { formatProblem, problemAt } from './problem.ts';

/** Where a command has its key from: a file (`-` is standard input), or a variable of the environment. */
export interface KeySource {
  readonly keyFile?: string;
  readonly keyEnv?: string;
}

/**
 * The key, without one trailing newline, as in the keys directory; so it need not be written to a disk first.
 * Throws a sentence when there is none.
 */
export async function readKey(
  { keyFile, keyEnv }: KeySource,
  env: Readonly<Record<string, string | undefined>>,
  readStandardInput: () => Promise<Buffer>,
): Promise<Buffer> {
  if (keyFile !== undefined && keyEnv === undefined && keyFile !== '-') return readKeyFile(keyFile);
  if ((keyFile === undefined) === (keyEnv === undefined))
    throw new Error(
      'expected the key from one place: --key-file FILE (- is standard input), or --key-env NAME',
    );
  const content = keyEnv === undefined ? await readStandardInput() : Buffer.from(env[keyEnv] ?? '');
  const secret = withoutNewline(content);
  const source = keyEnv === undefined ? 'standard input' : `the variable ${keyEnv}`;
  return orThrow(secret, source, 'found nothing');
}

/** The same from a file. */
export async function readKeyFile(file: string): Promise<Buffer> {
  return orThrow(withoutNewline(await readInputFile(file)), file, 'found an empty file');
}

function orThrow(secret: Buffer, source: string, found: string): Buffer {
  // As in a keys directory: what no gate takes, nothing should be signed with.
  if (secret.length > maxKeyBytes) {
    const problem = problemAt(
      { source },
      '',
      `found ${secret.length} bytes`,
      `expected at most ${maxKeyBytes}`,
    );
    throw new Error(formatProblem(problem));
  }
  if (secret.length > 0) return secret;
  throw new Error(formatProblem(problemAt({ source }, '', found, 'expected a key')));
}
