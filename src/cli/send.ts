import { type Command, Option } from 'commander';
import { formatDuration } from '../values/units.ts';
import { whatWentWrong } from '../values/what-went-wrong.ts';
import { fileName, given } from './given.ts';
import { addSchemeOptions } from './scheme-options.ts';
import {
  collectHeader,
  parseCount,
  parseCountOrNone,
  parseData,
  parseEncoding,
  parseMilliseconds,
  parseRate,
  parseTimeout,
  parseUrl,
  type SendOptions,
} from './send-options.ts';
import type { Signals } from './signals.ts';

/** `hookgate send`: plays the sender against a gate or an application. */
export function addSendCommand(program: Command, signals: Signals): void {
  const retryIntervalMs = 1_000;
  const timeoutMs = 30_000;
  const command = program
    .command('send')
    .description('play the sender: sign events, post them, print each answer and a summary')
    .requiredOption('--url <url>', 'where the events go', parseUrl)
    .option(
      '--key-file <file>',
      'file with the key (Juicyway: the business ID); - is standard input',
      fileName,
    )
    .option(
      '--key-env <name>',
      'variable of the environment with the key, instead of a file',
      given('the name of a variable'),
    )
    .option('--event <name>', 'name of the event', 'payment.session.succeeded')
    .option('--data <json>', 'the data object, or @file with it (default: a sample payment)', parseData)
    .option('--encoding <name>', 'how data is written in the signed message (default: sorted)', parseEncoding)
    .option('--times <n>', 'distinct events, each with a reference of its own', parseCount, 1)
    .option('--repeat <n>', 'how often each event is sent', parseCount, 1)
    .option('--concurrency <n>', 'deliveries on their way at the same time', parseCount, 1)
    .option('--rate <n>', 'deliveries started in a second (default: as fast as answers come)', parseRate)
    .addOption(
      new Option('--tamper <what>', 'spoil every event after signing').choices([
        'checksum',
        'data',
        'event',
        'missing',
      ]),
    )
    .option('--header <field>', "add a header, 'Name: value' (repeatable)", collectHeader, [])
    .option('--retries <n>', 'further attempts after an answer other than 200', parseCountOrNone, 0)
    .addOption(
      new Option('--retry-interval <duration>', 'pause before each of them')
        .argParser(parseMilliseconds)
        .default(retryIntervalMs, formatDuration(retryIntervalMs)),
    )
    .addOption(
      new Option('--timeout <duration>', 'how long to wait for an answer')
        .argParser(parseTimeout)
        .default(timeoutMs, formatDuration(timeoutMs)),
    )
    .option('--ca-file <file>', 'PEM certificates that replace the system authorities', fileName)
    .option('--quiet', 'print the summary only')
    .option('--json', 'one JSON object a line: each answer, then the summary')
    .addHelpText('after', recipes)
    .action(async (options: SendOptions) => {
      if (options.retries === 0 && command.getOptionValueSource('retryInterval') !== 'default')
        command.error('error: --retry-interval goes with --retries', { exitCode: 2 });
      const { runSend } = await import('./run-send.ts');
      const stop = new AbortController();
      // Who asks twice does not want to wait for what is under way.
      const interrupt = (): void => (stop.signal.aborted ? process.exit(130) : stop.abort());
      signals.become({ SIGINT: interrupt });
      try {
        process.exitCode = await runSend(options, process.stdout, stop.signal);
      } catch (error) {
        // A file that cannot be used; nothing was sent.
        command.error(`error: ${whatWentWrong(error)}`, { exitCode: 2 });
      }
    });
  addSchemeOptions(command);
}

const recipes = `
Recipes (G stands for --url http://127.0.0.1:8080/webhooks/juicyway --key-file business-id):
  one genuine event                      hookgate send G
  the same event twice, one by one       hookgate send G --repeat 2
  the same event twice at once           hookgate send G --repeat 2 --concurrency 2
  a tampered amount (expect 401)         hookgate send G --tamper data
  a failing application, then its retry  hookgate send G --retries 5 --retry-interval 2s
  50 events a second for a minute        hookgate send G --times 3000 --rate 50 --concurrency 20 --quiet
  an event of another sender             hookgate send --url URL --key-file F --scheme stripe
  pretend to come from elsewhere         hookgate send G --header 'X-Forwarded-For: 198.51.100.1'

Exit status: 0 every delivery was answered 200 in the end, 1 at least one was not, 2 usage.`;
