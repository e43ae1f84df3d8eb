/** argv → command → exit code. Commands load what they need themselves, so that `serve` starts quickly. */
import { Command, CommanderError } from 'commander';
import { whatWentWrong } from '../values/what-went-wrong.ts';
import { version } from '../version.ts';
import { nodeProblem } from './oldest-node.ts';
import { addServeCommand } from './serve.ts';
import type { Signals } from './signals.ts';
import { endWhenNobodyReads } from './when-nobody-reads.ts';

const usageExitCode = 2;

/** Runs the command that the process was started with; resolves once it has ended, or `serve` and `inject` run. */
export async function runProgram(signals: Signals): Promise<void> {
  endWhenNobodyReads();
  const program = new Command('hookgate')
    .description(
      'Verifying reverse proxy for webhooks: only authentic, non-duplicate events reach the application.',
    )
    .version(version)
    .showHelpAfterError('(hookgate --help lists the commands and options)')
    .exitOverride();
  addServeCommand(program, signals);
  // A pod waits for `serve`: neither the other commands nor what they share with it in pieces of their own is read for it.
  if (process.argv[2] !== 'serve') (await import('./other-commands.ts')).addOtherCommands(program, signals);
  for (const command of program.commands) command.exitOverride();

  try {
    const problem = nodeProblem(process.versions.node);
    if (problem !== undefined) throw new Error(problem);
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version end with 0; everything else that the parser refuses is a usage error.
      process.exitCode = error.exitCode === 0 ? 0 : usageExitCode;
    } else {
      process.stderr.write(`hookgate: ${whatWentWrong(error)}\n`);
      process.exitCode = 1;
    }
  }
}
