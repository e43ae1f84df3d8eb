import { spawn } from 'node:child_process';
import { nodeIn } from './cluster.ts';

export interface ScriptInSender<Report> {
  /** Tells the script to end, and resolves with what it reports. */
  finish(): Promise<Report>;
}

/**
 * Runs a module in the pod `sender` until it is told to end. Its words are `target`, `prefix`, a file whose appearance
 * tells it to end, and `more`; it removes that file, and writes its report to standard output as JSON.
 */
export function startInSender<Report>(
  namespace: string,
  script: string,
  [target, prefix, ...more]: readonly [target: string, prefix: string, ...more: string[]],
): ScriptInSender<Report> {
  const stop = `/tmp/stop-${prefix}`;
  const node = ['/nodejs/bin/node', '--input-type=module', '-e', script, target, prefix, stop, ...more];
  const child = spawn('kubectl', ['exec', '--namespace', namespace, 'sender', '--', ...node], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  return {
    async finish() {
      nodeIn(namespace, 'sender', `(await import('node:fs')).writeFileSync('${stop}', '')`);
      const [stdout, stderr] = await said;
      if (stdout.length === 0)
        throw new Error(`the script in the pod sender ended without a report: ${stderr.join('')}`);
      return JSON.parse(stdout.join('')) as Report;
    },
  };
}
