import type { Command } from 'commander';
import { fileName } from './given.ts';
import { orReport } from './or-report.ts';
import type { Signals } from './signals.ts';
import { stopWhenSignalled } from './stop-when-signalled.ts';

/** The options of `serve` that stand for keys of the configuration. */
interface ServeOptions {
  config?: string;
  upstream?: string;
  listen?: string;
  admin?: string;
  path?: string;
  keysDirectory?: string;
  allow?: string[];
  storeFile?: string;
}

/** `hookgate serve`: runs the gate until SIGTERM or SIGINT. */
export function addServeCommand(program: Command, signals: Signals): void {
  program
    .command('serve')
    .description('run the gate')
    .option(
      '--config <file>',
      'hookgate.yaml; without it and without flags, /etc/hookgate/hookgate.yaml',
      fileName,
    )
    .option('--upstream <url>', 'the application, such as http://127.0.0.1:3000')
    .option('--listen <host:port>', 'traffic port')
    .option('--admin <host:port>', 'admin port: metrics, health, status')
    .option('--path <path>', 'webhook path, such as /webhooks/juicyway')
    .option('--keys-directory <directory>', 'one file a key (Juicyway: a business ID)')
    .option(
      '--allow <cidr>',
      'address or range of the sender (repeatable); replaces the allowlist file',
      collect,
    )
    .option('--store-file <file>', 'file of the embedded duplicate store')
    .action(async (options: ServeOptions) => {
      const { startGate } = await import('../app/serve.ts');
      const { config: file, ...flags } = options;
      const running = await orReport(await startGate({ file, flags, env: process.env }));
      // Whatever a failed start may have left behind ends with the process.
      if (running === undefined) process.exit();
      const { gate } = running;
      stopWhenSignalled(signals, gate);
      signals.become({
        SIGHUP: () => void gate.reload(),
        // What an earlier sidecar's preStop hook sends.
        SIGUSR2: () => undefined,
      });
    });
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}
