import type { Command } from 'commander';
import { signalled } from './signalled.ts';

/** `hookgate inject`: the admission server, until SIGTERM or SIGINT. */
export function addInjectCommand(program: Command): void {
  program
    .command('inject')
    .description('run the admission server that puts the gate into labelled pods (docs/injector.md)')
    .option('--config <file>', 'inject.yaml', '/etc/hookgate/inject/inject.yaml')
    .action(async ({ config: file }: { config: string }) => {
      const { startInjector } = await import('../app/inject.ts');
      const started = await startInjector(file, process.env);
      if (started.kind === 'problems') {
        const { formatProblem } = await import('../config/problem.ts');
        process.stderr.write(`${started.problems.map(formatProblem).join('\n')}\n`);
        process.exitCode = 2;
        return;
      }
      if (started.kind === 'failed') {
        process.stderr.write(`hookgate: ${started.sentence}\n`);
        process.exitCode = 1;
        return;
      }
      await signalled();
      await started.injector.stop();
      process.exit(0);
    });
}
