import { type Command, InvalidArgumentError, Option } from 'commander';
import { pathProblem } from '../config/route-path.ts';
import { whatWentWrong } from '../values/what-went-wrong.ts';
import { fileName, given, routeName } from './given.ts';
import { createReport, type ProveOptions } from './prove-report.ts';
import { parseUrl } from './send-options.ts';

/** What only a gate of this command's own takes. */
const ofAGate = ['config', 'toApplication', 'event', 'route'];

/** `hookgate prove`: shows that the way to the application leads through a gate, and that the gate does its work. */
export function addProveCommand(program: Command): void {
  program
    .command('prove')
    .description('prove that the gate does its work and that every way leads through it')
    .option('--config <file>', 'hookgate.yaml; without it /etc/hookgate/hookgate.yaml', fileName)
    .option('--to-application', 'say what will be sent, then let one genuine event reach the application')
    .option(
      '--event <name>',
      'name of that event (default: one that the route forwards)',
      given('the name of an event'),
    )
    .option('--route <name>', 'only this route; with --to-application the first one when left out', routeName)
    .addOption(
      new Option('--url <url>', 'only ask whether a gate answers at this URL (repeatable)')
        .argParser(collectUrl)
        .default([])
        .conflicts(ofAGate),
    )
    .addOption(
      new Option(
        '--services <namespaces>',
        'only ask so at every Service that leads to guarded pods of these namespaces, with commas between; "" for all',
      ).conflicts(ofAGate),
    )
    .option('--injector <name>', 'with --services: name of the injector in the cluster, to see others', '')
    .option('--path <path>', 'path of a webhook, for --services (repeatable)', collectPath, [])
    .addHelpText('after', explanation)
    .action(async (options: ProveOptions, command: Command) => {
      const refuse = (sentence: string): void => command.error(`error: ${sentence}`, { exitCode: 2 });
      if (options.services !== undefined && options.path.length === 0)
        refuse('--services needs --path, the path of the webhook');
      if (options.services === undefined && options.path.length > 0)
        refuse('--path goes with --services; alone it says nothing (--route names a route)');
      if (options.services === undefined && options.injector !== '')
        refuse('--injector goes with --services');
      const report = createReport((line) => process.stdout.write(`${line}\n`));
      try {
        if (options.url.length > 0 || options.services !== undefined) {
          const { proveServices, proveUrls } = await import('./prove-services.ts');
          await proveUrls(options.url, report);
          if (options.services !== undefined) await proveServices(options, process.env, report);
        } else {
          const { proveGate } = await import('./prove-gate.ts');
          const outcome = await proveGate(options, process.env, report);
          if (outcome !== undefined) {
            process.exitCode = outcome;
            return;
          }
        }
      } catch (error) {
        process.stderr.write(`hookgate: ${whatWentWrong(error)}\n`);
        process.exitCode = 1;
        return;
      }
      report.say(report.failures === 0 ? 'All as promised.' : `${report.failures} not as promised.`);
      process.exitCode = report.failures === 0 ? 0 : 1;
    });
}

function collectPath(value: string, before: readonly string[]): readonly string[] {
  const expected = pathProblem(value);
  if (expected !== undefined) throw new InvalidArgumentError(`${expected}.`);
  return [...before, value];
}

function collectUrl(value: string, before: readonly URL[]): readonly URL[] {
  return [...before, parseUrl(value)];
}

const explanation = `
Without options a private gate with this configuration and these keys is started in front of an echo, both for this
command only. For each route and each of its keys, by the route's own scheme: a signed event must arrive once, its
repeat not again, a tampered one never. Then the gate that runs here is asked whether it answers. No application sees
anything, and no address has to be listed.

--to-application puts the application in the place of the echo and sends it one genuine event, after saying so.

--url and --services send a POST without a body and with a random word in Hookgate-Probe. Only a gate gives the word
back. Whatever else answers is reached past the gate; it sees that empty POST and no event.

Exit status: 0 all as promised, 1 something is not, 2 usage or configuration.`;
