import type { Command } from 'commander';
import { exitStatusOfServers } from './exit-status.ts';
import { fileName } from './given.ts';
import { runServe } from './run-serve.ts';
import { type ServeOptions, serveOptions } from './serve-options.ts';
import type { Signals } from './signals.ts';

/** `hookgate serve`: runs the gate until SIGTERM or SIGINT. */
export function addServeCommand(program: Command, signals: Signals): void {
  const command = program
    .command('serve')
    .description('run the gate')
    .addHelpText('after', exitStatusOfServers);
  for (const { key, flag, value, about, isRepeatable } of serveOptions) {
    const words = `--${flag} ${value}`;
    if (isRepeatable) command.option(words, about, collect);
    else if (key === 'config') command.option(words, about, fileName);
    else command.option(words, about);
  }
  command.action((options: ServeOptions) => runServe(options, signals));
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}
