import type { Command } from 'commander';
import { fileName } from './given.ts';
import { orReport } from './or-report.ts';

/** `hookgate migrate`: growing out of one replica, without forgetting what was delivered. */
export function addMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description("copy what an embedded store's file remembers into the shared store; stop its gate first")
    .option('--config <file>', 'hookgate.yaml with duplicates.store: redis', fileName)
    .option('--from <file>', "the embedded store's file; without it duplicates.embedded.file", fileName)
    .option('--json', 'print for machines')
    .addHelpText(
      'after',
      '\nExit status: 0 all is copied, 1 the file or the store cannot be used, or a gate has one of the keys in flight,\n2 usage or configuration.',
    )
    .action(async (options: { config?: string; from?: string; json?: boolean }) => {
      const { migrate } = await import('../app/migrate/migrate.ts');
      const sources = { file: options.config, flags: {}, env: process.env };
      const result = await orReport(await migrate(sources, options.from));
      if (result === undefined) return;
      const { copied, known, expired, inFlight } = result.figures;
      process.stdout.write(
        options.json
          ? `${JSON.stringify({ from: result.from, ...result.figures })}\n`
          : `${result.from}: ${copied} copied, ${known} known already, ${expired} expired, ${inFlight} in flight\n`,
      );
      if (result.warning !== undefined) process.stderr.write(`hookgate migrate: ${result.warning}\n`);
      process.exitCode = inFlight === 0 ? 0 : 1;
    });
}
