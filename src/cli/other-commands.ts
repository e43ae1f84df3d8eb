import type { Command } from 'commander';
import { addCheckCommand } from './check.ts';
import { addExplainCommand } from './explain.ts';
import { addHelpCommand } from './help.ts';
import { addInjectCommand } from './inject.ts';
import { addMigrateCommand } from './migrate.ts';
import { addProveCommand } from './prove.ts';
import { addSchemesCommand } from './schemes.ts';
import { addSendCommand } from './send.ts';
import { addSignCommand } from './sign.ts';
import type { Signals } from './signals.ts';
import { addStatusCommands } from './status.ts';

/** Every command but `serve`, in the order in which `--help` lists them. */
export function addOtherCommands(program: Command, signals: Signals): void {
  addCheckCommand(program);
  addSignCommand(program);
  addSendCommand(program, signals);
  addProveCommand(program);
  addExplainCommand(program);
  addSchemesCommand(program);
  addInjectCommand(program, signals);
  addMigrateCommand(program);
  addStatusCommands(program, signals);
  addHelpCommand(program);
}
