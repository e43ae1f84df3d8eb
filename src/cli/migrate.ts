import type { Command } from 'commander';

/** `hookgate migrate`: growing out of one replica, without forgetting what was delivered. */
export function addMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description("copy what an embedded store's file remembers into the shared store; stop its gate first")
    .option('--config <file>', 'hookgate.yaml with duplicates.store: redis')
    .option('--from <file>', "the embedded store's file; without it duplicates.embedded.file")
    .option('--json', 'print for machines')
    .action(async (options: { config?: string; from?: string; json?: boolean }) => {
      const { migrate } = await import('../app/migrate.ts');
      const result = await migrate({ file: options.config, flags: {}, env: process.env }, options.from);
      if (result.kind === 'problems') {
        const { formatProblem } = await import('../config/problem.ts');
        process.stderr.write(`${result.problems.map(formatProblem).join('\n')}\n`);
        process.exitCode = 2;
        return;
      }
      if (result.kind === 'failed') {
        process.stderr.write(`hookgate: ${result.sentence}\n`);
        process.exitCode = 1;
        return;
      }
      const { copied, known, expired, inFlight } = result.figures;
      process.stdout.write(
        options.json
          ? `${JSON.stringify({ from: result.from, ...result.figures })}\n`
          : `${result.from}: ${copied} copied, ${known} known already, ${expired} expired, ${inFlight} in flight\n`,
      );
      process.exitCode = inFlight === 0 ? 0 : 1;
    });
}
