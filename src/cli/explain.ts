import { basename } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseAddressRange } from '../config/address-range.ts';
import { readInputFile } from '../config/input-file.ts';
import { whatWentWrong } from '../values/what-went-wrong.ts';
import { fileName, given, routeName } from './given.ts';
import { orReport } from './or-report.ts';
import { collectHeader } from './send-options.ts';
import { readStandardInput } from './standard-input.ts';

interface ExplainOptions {
  config?: string;
  keysDirectory?: string;
  address?: string;
  keyFile?: string[];
  json?: boolean;
  scheme?: string;
  publicUrl?: string;
  route?: string;
  header: readonly string[];
  at?: number;
}

/** `hookgate explain`: which gate refuses a captured body, why, and what would have matched. */
export function addExplainCommand(program: Command): void {
  program
    .command('explain')
    .description('tell which gate refuses a captured body, and why')
    .argument('<file>', 'the body as it was received; - reads standard input', fileName)
    .option(
      '--config <file>',
      'hookgate.yaml; without it and --keys-directory, /etc/hookgate/hookgate.yaml',
      fileName,
    )
    .addOption(
      new Option('--keys-directory <directory>', 'one file a key')
        .argParser(given('the name of a directory'))
        .conflicts('config'),
    )
    .option('--address <address>', 'where it came from; with --config', parseSender)
    .option('--key-file <file>', 'a further key to try that is not live (repeatable)', collect)
    .option(
      '--scheme <name>',
      'whose sender it came from; only routes of this scheme',
      given('the name of a scheme'),
    )
    .addOption(
      new Option(
        '--public-url <url>',
        'with --keys-directory, for a scheme that signs it: the URL as it is registered with the sender',
      ).conflicts('config'),
    )
    .addOption(
      new Option('--route <name>', 'only this route of the configuration')
        .argParser(routeName)
        .conflicts('keysDirectory'),
    )
    .option('--header <field>', "a field that came with it, 'Name: value' (repeatable)", collectHeader, [])
    .option(
      '--at <time>',
      'when it arrived, as 2026-01-31T12:00:00Z or seconds since 1970 (default: now)',
      parseTime,
    )
    .option('--json', 'print for machines')
    .addHelpText('after', '\nExit status: 0 it would pass, 1 it would be refused, 2 usage or configuration.')
    .action(async (file: string, options: ExplainOptions) => {
      const { explain } = await import('../app/explain/explain.ts');
      const { readKeyFile } = await import('../config/key-source.ts');
      let result: Awaited<ReturnType<typeof explain>>;
      try {
        result = await explain({
          body: file === '-' ? await readStandardInput() : await readInputFile(file),
          sources: { file: options.config, flags: {}, env: process.env },
          keysDirectory: options.keysDirectory,
          address: options.address,
          headers: options.header,
          scheme: options.scheme,
          publicUrl: options.publicUrl,
          route: options.route,
          arrivedMs: options.at,
          otherKeys: await Promise.all(
            (options.keyFile ?? []).map(async (name) => ({
              name: basename(name),
              secret: await readKeyFile(name),
            })),
          ),
        });
      } catch (error) {
        process.stderr.write(`hookgate explain: ${whatWentWrong(error)}\n`);
        process.exitCode = 2;
        return;
      }
      const explained = await orReport(result);
      if (explained === undefined) return;
      const { refusedBy, sentences } = explained.explanation;
      const verdict = refusedBy === undefined ? 'It would pass.' : `It would be refused: ${refusedBy}.`;
      const text = [verdict, ...sentences].join('\n');
      process.stdout.write(
        options.json ? `${JSON.stringify(explained.explanation, undefined, 2)}\n` : `${text}\n`,
      );
      process.exitCode = refusedBy === undefined ? 0 : 1;
    });
}

function parseTime(text: string): number {
  // What else Date.parse takes, such as 12 and -5, is what nobody means.
  const isDate = written.some((form) => form.test(text));
  const ms = /^\d{9,11}$/.test(text) ? Number(text) * 1000 : isDate ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(ms) && isOfTheCalendar(text, ms)) return ms;
  throw new InvalidArgumentError('expected a time, such as 2026-01-31T12:00:00Z or 1769860800.');
}

/** Date.parse takes 31 February for 3 March, and any day of the week. */
function isOfTheCalendar(text: string, ms: number): boolean {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(text)?.[0];
  if (day !== undefined) return new Date(Date.parse(day)).toISOString().startsWith(day);
  return !text.endsWith('GMT') || new Date(ms).toUTCString() === text;
}

/** As ISO 8601, RFC 3339 and `date` write it, and as the Date of a captured head does (RFC 9110 section 5.6.7). */
const written = [
  /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/i,
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
];

function parseSender(text: string): string {
  if (!text.includes('/') && parseAddressRange(text).kind === 'range') return text;
  throw new InvalidArgumentError('expected an address, such as 203.0.113.7 or 2001:db8::7.');
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, fileName(value)];
}
