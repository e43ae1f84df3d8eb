import type { Command } from 'commander';

/** `help`, in place of commander's own, which answers a word that is no command with the usage and no sentence. */
export function addHelpCommand(parent: Command): void {
  parent
    .helpCommand(false)
    .command('help')
    .description('display help for command')
    .argument('[command]')
    .action((name: string | undefined) => {
      if (name === undefined) parent.help();
      const named = parent.commands.find((command) => command.name() === name);
      if (named === undefined) parent.error(`error: unknown command '${name}'`);
      named.help();
    });
}
