import type { Command } from 'commander';
import type { Check } from '../app/check/check-line.ts';
import { fileName } from './given.ts';

/** `hookgate check`: tells before a deployment, or inside a pod, whether the gate could do its work. */
export function addCheckCommand(program: Command): void {
  program
    .command('check')
    .description('check config, files, keys, store and application without serving')
    .option('--config <file>', 'hookgate.yaml; without it /etc/hookgate/hookgate.yaml', fileName)
    .option('--json', 'print for machines')
    .addHelpText('after', '\nExit status: 0 all is good, 1 a check failed, 2 usage or configuration.')
    .action(async ({ config: file, json }: { config?: string; json?: boolean }) => {
      const { checkEverything } = await import('../app/check/check.ts');
      const result = await checkEverything({ file, flags: {}, env: process.env });
      if (result.kind === 'problems') {
        const { formatProblem } = await import('../config/problem.ts');
        if (json) process.stdout.write(`${JSON.stringify({ problems: result.problems }, undefined, 2)}\n`);
        else process.stderr.write(`${result.problems.map(formatProblem).join('\n')}\n`);
        process.exitCode = 2;
        return;
      }
      const { checks } = result;
      process.stdout.write(
        json ? `${JSON.stringify({ checks }, undefined, 2)}\n` : `${formatChecks(checks)}\n`,
      );
      process.exitCode = checks.some((check) => check.result === 'failed') ? 1 : 0;
    });
}

function formatChecks(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks
    .map(({ name, result, detail }) => `${result.padEnd(7)}  ${name.padEnd(width)}  ${detail}`)
    .join('\n');
}
