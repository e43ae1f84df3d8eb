import type { Command } from 'commander';
import { readKey } from '../config/key-source.ts';
import { whatWentWrong } from '../values/what-went-wrong.ts';
import { fileName, given } from './given.ts';
import { addSchemeOptions, type SchemeOptions } from './scheme-options.ts';
import { collectHeader, parseData, parseEncoding, readData } from './send-options.ts';
import { readStandardInput } from './standard-input.ts';

interface SignOptions extends SchemeOptions {
  keyFile?: string;
  keyEnv?: string;
  encoding?: string;
  header: readonly string[];
  event?: string;
  data?: string;
}

/** `hookgate sign`: writes a body as the sender does, from an event and its data or from a body on standard input. */
export function addSignCommand(program: Command): void {
  const command = program
    .command('sign')
    .description('print a signed body')
    .option(
      '--key-file <file>',
      'file with the key (Juicyway: the business ID); - is standard input, where the body is no option',
      fileName,
    )
    .option(
      '--key-env <name>',
      'variable of the environment with the key, instead of a file',
      given('the name of a variable'),
    )
    .option('--header <field>', "a field that is signed, 'Name: value' (repeatable)", collectHeader, [])
    .option(
      '--encoding <encoding>',
      'how data is written in the signed message (default: sorted)',
      parseEncoding,
    )
    .option('--event <name>', 'name of the event; with --data')
    .option(
      '--data <json>',
      'data as JSON, or @file; without it a body is read from standard input',
      parseData,
    )
    .addHelpText('after', '\nExit status: 0 a signed body was printed, 2 usage.')
    .action(async (options: SignOptions) => {
      try {
        if (options.keyFile === '-' && options.data === undefined)
          throw new Error(
            'standard input is the body here; the key must come from a file or from --key-env NAME',
          );
        const secret = await readKey(options, process.env, readStandardInput);
        const { chosenScheme, playsTheDefault } = await import('./chosen-scheme.ts');
        const scheme = chosenScheme(options, process.env);
        const data = await readData(options.data);
        if (playsTheDefault(options) && options.header.length > 0)
          throw new Error(`--header: scheme ${scheme.name} signs no field of the head; leave the option out`);
        const { signByScheme } = await import('./sign-by-scheme.ts');
        process.stdout.write(await signByScheme(scheme, { ...options, data }, secret));
      } catch (error) {
        process.stderr.write(`hookgate sign: ${whatWentWrong(error)}\n`);
        process.exitCode = 2;
      }
    });
  addSchemeOptions(command);
}
