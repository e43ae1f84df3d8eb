import type { Command } from 'commander';
import type { Overview } from '../overview/overview.ts';
import { whatWentWrong } from '../values/what-went-wrong.ts';
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
  const answer = (await response.json()) as Overview | { error?: unknown };
  if (!response.ok || !('version' in answer)) {
    const said = 'error' in answer ? `: ${String(answer.error)}` : '';
    throw new Error(`it answers ${response.status}${said}`);
  }
  if (answer.version !== 1)
    throw new Error(`it tells in version ${String(answer.version)}, which this hookgate does not know`);
  return answer;
}

function print<Shown>(shown: Shown, { json }: StatusOptions, text: (shown: Shown) => string): void {
  process.stdout.write(`${json === true ? JSON.stringify(shown, undefined, 2) : text(shown)}\n`);
}
