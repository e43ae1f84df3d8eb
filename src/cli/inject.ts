import type { Command } from 'commander';
import { exitStatusOfServers } from './exit-status.ts';
import { fileName } from './given.ts';
import { orReport } from './or-report.ts';
import type { Signals } from './signals.ts';
import { stopWhenSignalled } from './stop-when-signalled.ts';

/** `hookgate inject`: the admission server, or the lookout of a policy, until SIGTERM or SIGINT. */
export function addInjectCommand(program: Command, signals: Signals): void {
  program
    .command('inject')
    .description('run the admission server that puts the gate into labelled pods (docs/injector.md)')
    .option('--config <file>', 'inject.yaml', fileName, '/etc/hookgate/inject/inject.yaml')
    .addHelpText('after', exitStatusOfServers)
    .action(async ({ config: file }: { config: string }) => {
      const { startInjector } = await import('../app/inject/inject.ts');
      const running = await orReport(await startInjector(file, process.env));
      // Whatever a failed start may have left behind ends with the process.
      if (running === undefined) process.exit();
      const { injector } = running;
      stopWhenSignalled(signals, injector);
      const lookAgain = (): void => {
        void injector.look();
        void injector.lookAround();
      };
      signals.become({ SIGHUP: lookAgain, SIGUSR2: () => undefined });
    });
}
