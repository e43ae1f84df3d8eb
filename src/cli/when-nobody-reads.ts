import { whatWentWrong } from '../values/what-went-wrong.ts';
import { brokenOffExitCode } from './signals.ts';

/** As a program ends that the kernel ends by SIGPIPE: 128 and its number. */
const brokenPipeExitCode = 141;

/**
 * Ends quietly once nobody reads what a command prints, as after `hookgate send … | head -1`; a stack trace would be the
 * answer otherwise. What cannot be written for another reason, such as a full disk, is said in a sentence. The log of
 * `serve` and `inject` is written in another way and does not come here.
 */
export function endWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(brokenPipeExitCode);
      if (stream === process.stdout)
        process.stderr.write(`hookgate: standard output cannot be written: ${whatWentWrong(error)}\n`);
      process.exit(brokenOffExitCode);
    });
}
