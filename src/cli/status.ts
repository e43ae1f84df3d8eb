import type { Command } from 'commander';
import type { Overview } from '../overview/overview.ts';
import { isMap } from '../values/is-map.ts';
import { whatWentWrong } from '../values/what-went-wrong.ts';
import { addHelpCommand } from './help.ts';
import { parseUrl } from './send-options.ts';
import type { Signals } from './signals.ts';

const usualUrl = new URL('http://127.0.0.1:9090/');
const timeoutMs = 5000;
/** Milliseconds between two looks with `--watch`. */
const everyMs = 5000;

interface StatusOptions {
  readonly url: URL;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** `hookgate status`, `keys` and `allowlist suggest`: what the admin port's page shows, in a terminal. */
export function addStatusCommands(program: Command, signals: Signals): void {
  withUrl(
    program
      .command('status')
      .description('what a running gate sees: routes, refusals, what waits, what only watches'),
  )
    .option('--watch', 'again every five seconds, until it is interrupted')
    .action(async (options: StatusOptions) => {
      const { statusText } = await import('../overview/terminal.ts');
      const show = (overview: Overview): void => {
        process.exitCode = overview.instance.ready ? 0 : 1;
        print(overview, options, statusText);
      };
      if (options.watch !== true) return look(options, show);
      const stopped = new AbortController();
      const stop = (): void => stopped.abort();
      signals.become({ SIGINT: stop, SIGTERM: stop });
      await watch(options, show, stopped.signal);
    });
  withUrl(
    program.command('keys').description('each key: its last match, and whether it may be removed'),
  ).action(async (options: StatusOptions) => {
    const { keysText } = await import('../overview/terminal.ts');
    await look(options, (overview) => print(overview.routes, options, () => keysText(overview)));
  });
  const allowlist = program.command('allowlist').description('what the running gate knows of senders');
  withUrl(
    allowlist
      .command('suggest')
      .description('lines for the allowlist: unlisted addresses whose events verify'),
  ).action(async (options: StatusOptions) => {
    const { suggestionText } = await import('../overview/terminal.ts');
    await look(options, (overview) => print(overview.senders, options, () => suggestionText(overview)));
  });
  addHelpCommand(allowlist);
  allowlist.exitOverride();
  for (const command of allowlist.commands) command.exitOverride();
}

function withUrl(command: Command): Command {
  return command
    .option('--url <url>', 'the admin port', parseUrl, usualUrl)
    .option('--json', 'print for machines (docs/overview.md has the shape)');
}

async function look({ url }: StatusOptions, show: (overview: Overview) => void): Promise<void> {
  try {
    show(await ask(url));
  } catch (error) {
    process.stderr.write(`hookgate: ${url.href} was not reached: ${whatWentWrong(error)}\n`);
    process.exitCode = 1;
  }
}

async function watch(
  options: StatusOptions,
  show: (overview: Overview) => void,
  stopped: AbortSignal,
): Promise<void> {
  const { setTimeout: sleep } = await import('node:timers/promises');
  while (!stopped.aborted) {
    if (process.stdout.isTTY) process.stdout.write('\u001b[H\u001b[2J');
    await look(options, show);
    await sleep(everyMs, undefined, { signal: stopped }).catch(() => undefined);
  }
}

async function ask(url: URL): Promise<Overview> {
  const response = await fetch(new URL('overview', url.href.endsWith('/') ? url : `${url.href}/`), {
    signal: AbortSignal.timeout(timeoutMs),
  });
  const answer = mapOf(await response.text());
  if (!response.ok || answer?.version === undefined) {
    const said = answer?.error === undefined ? ', and not as a gate does' : `: ${String(answer.error)}`;
    throw new Error(`it answers ${response.status}${said}`);
  }
  if (answer.version !== 1)
    throw new Error(`it tells in version ${String(answer.version)}, which this hookgate does not know`);
  return answer as unknown as Overview;
}

/** Undefined where somebody else answers: no JSON, or no object. */
function mapOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const read: unknown = JSON.parse(text);
    return isMap(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

function print<Shown>(shown: Shown, { json }: StatusOptions, text: (shown: Shown) => string): void {
  process.stdout.write(`${json === true ? JSON.stringify(shown, undefined, 2) : text(shown)}\n`);
}
