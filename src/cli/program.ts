/** argv → command → exit code. Commands load what they need themselves. */
import { Command, CommanderError } from 'commander';
import { version } from '../version.ts';
import { addOtherCommands } from './other-commands.ts';
import { addServeCommand } from './serve.ts';
import type { Signals } from './signals.ts';

const usageExitCode = 2;

/** Runs the command that the words name; rejects with what went wrong in it. */
export async function runProgram(signals: Signals): Promise<void> {
  const program = new Command('hookgate')
    .description(
      'Verifying reverse proxy for webhooks: only authentic, non-duplicate events reach the application.',
    )
    .version(version)
    .showHelpAfterError('(hookgate --help lists the commands and options)')
    .exitOverride();
  addServeCommand(program, signals);
  addOtherCommands(program, signals);
  for (const command of program.commands) command.exitOverride();

  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version end with 0; everything else that the parser refuses is a usage error.
    process.exitCode = error.exitCode === 0 ? 0 : usageExitCode;
  }
}
