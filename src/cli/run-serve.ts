import { orReport } from './or-report.ts';
import type { ServeOptions } from './serve-options.ts';
import type { Signals } from './signals.ts';
import { stopWhenSignalled } from './stop-when-signalled.ts';

/** Starts the gate; resolves once it runs. */
export async function runServe({ config: file, ...flags }: ServeOptions, signals: Signals): Promise<void> {
  const { startGate } = await import('../app/serve/serve.ts');
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
}
