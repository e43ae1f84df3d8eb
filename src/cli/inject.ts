import type { Command } from 'commander';
import { orReport } from './or-report.ts';
import { endWhenSignalledEarly, runUntilSignalled } from './until-signalled.ts';

/** `hookgate inject`: the admission server, until SIGTERM or SIGINT. */
export function addInjectCommand(program: Command): void {
  program
    .command('inject')
    .description('run the admission server that puts the gate into labelled pods (docs/injector.md)')
    .option('--config <file>', 'inject.yaml', '/etc/hookgate/inject/inject.yaml')
    .action(async ({ config: file }: { config: string }) => {
      const started = endWhenSignalledEarly();
      const { startInjector } = await import('../app/inject.ts');
      const running = await orReport(await startInjector(file, process.env));
      started();
      if (running === undefined) return;
      await runUntilSignalled(running.injector);
    });
}
