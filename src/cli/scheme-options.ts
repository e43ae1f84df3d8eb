import { type Command, Option } from 'commander';
import { fileName, given, routeName } from './given.ts';

/** The options by which `sign` and `send` are told whose sender they play. */
export interface SchemeOptions {
  readonly scheme?: string;
  readonly publicUrl?: string;
  readonly config?: string;
  readonly route?: string;
  /** A way of writing. */
  readonly encoding?: string;
}

export function addSchemeOptions(command: Command): void {
  command
    .option('--scheme <name>', 'whose sender it is (default: juicyway)', given('the name of a scheme'))
    .addOption(
      new Option(
        '--public-url <url>',
        'for a scheme that signs it: the URL as it is registered with the sender',
      ).conflicts(['config', 'route']),
    )
    .option('--config <file>', 'with --route: the configuration', fileName)
    .addOption(
      new Option('--route <name>', 'play the sender of this route of the configuration')
        .argParser(routeName)
        .conflicts('scheme'),
    );
}
