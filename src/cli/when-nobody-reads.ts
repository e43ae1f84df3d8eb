/** As a program ends that the kernel ends by SIGPIPE: 128 and its number. */
const brokenPipeExitCode = 141;

/**
 * Ends quietly once nobody reads what a command prints, as after `hookgate send … | head -1`; a stack trace would be the
 * answer otherwise. The log of `serve` and `inject` is written in another way and does not come here.
 */
export function endWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(brokenPipeExitCode);
    });
}
