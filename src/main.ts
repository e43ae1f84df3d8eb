#!/usr/bin/env -S GLIBC_TUNABLES=glibc.malloc.tcache_count=0 MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=32768 MALLOC_TOP_PAD_=65536 MALLOC_TRIM_THRESHOLD_=524288 node --max-semi-space-size=2
/** argv → command → exit code. Commands load what they need themselves, so that `serve` starts quickly. */
import { Command, CommanderError } from 'commander';
import { addCheckCommand } from './cli/check.ts';
import { addExplainCommand } from './cli/explain.ts';
import { addInjectCommand } from './cli/inject.ts';
import { addMigrateCommand } from './cli/migrate.ts';
import { nodeProblem } from './cli/oldest-node.ts';
import { addSendCommand } from './cli/send.ts';
import { addServeCommand } from './cli/serve.ts';
import { addSignCommand } from './cli/sign.ts';
import { whatWentWrong } from './values/what-went-wrong.ts';
import { version } from './version.ts';

const usageExitCode = 2;

const program = new Command('hookgate')
  .description(
    'Verifying reverse proxy for payment webhooks: only authentic, non-duplicate events get through.',
  )
  .version(version)
  .showHelpAfterError('(hookgate --help lists the commands and options)')
  .exitOverride();

addServeCommand(program);
addCheckCommand(program);
addSignCommand(program);
addSendCommand(program);
addExplainCommand(program);
addInjectCommand(program);
addMigrateCommand(program);
for (const command of program.commands) command.exitOverride();

const problem = nodeProblem(process.versions.node);
const run = problem === undefined ? program.parseAsync() : Promise.reject(new Error(problem));
run.catch((error: unknown) => {
  if (error instanceof CommanderError) {
    // Help and version end with 0; everything else that the parser refuses is a usage error.
    process.exitCode = error.exitCode === 0 ? 0 : usageExitCode;
  } else {
    process.stderr.write(`hookgate: ${whatWentWrong(error)}\n`);
    process.exitCode = 1;
  }
});
