import type { Command } from 'commander';
import { given } from './given.ts';

/** `hookgate schemes`: lists the profiles, or prints one as YAML, ready to be put into a file and changed. */
export function addSchemesCommand(program: Command): void {
  program
    .command('schemes')
    .description('list the schemes of known senders, or print one as YAML')
    .argument('[name]', 'a profile, such as stripe', given('the name of a scheme'))
    .action(async (name: string | undefined) => {
      const { findProfile, profiles } = await import('../schemes/profiles.ts');
      const { profileYaml } = await import('../schemes/profile-yaml.ts');
      if (name === undefined) {
        const width = Math.max(...profiles.map((profile) => profile.name.length));
        const lines = profiles.map((profile) => `${profile.name.padEnd(width)}  ${profile.title}`);
        process.stdout.write(`${lines.join('\n')}\n`);
        return;
      }
      const profile = findProfile(name);
      if (profile === undefined) {
        const { noSuchScheme } = await import('../schemes/named-scheme.ts');
        process.stderr.write(`hookgate schemes: ${noSuchScheme(name)}\n`);
        process.exitCode = 2;
        return;
      }
      process.stdout.write(profileYaml(profile));
    });
}
