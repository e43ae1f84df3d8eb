import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort } from '../../demo/free-port.ts';
import type { GatePlaces } from './gate-process.ts';
import { needProgram } from './require-program.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** How often HAProxy asks each gate whether it is ready. */
export const checkMs = 100;

/**
 * HAProxy in front of gates, as a Service does it: only those that are ready get new requests, and no request is
 * tried twice. Gives its port, once a request gets through.
 */
export async function balance(gates: readonly GatePlaces[]): Promise<number> {
  needProgram('haproxy');
  const port = await freePort();
  const file = join(temporaryDirectory(), 'haproxy.cfg');
  const servers = gates.map(
    ({ port, adminPort }, index) =>
      `  server gate${index} 127.0.0.1:${port} check port ${adminPort} inter ${checkMs}ms fall 1 rise 1`,
  );
  const lines = [
    'defaults',
    '  mode http',
    '  retries 0',
    '  timeout connect 5s',
    '  timeout client 30s',
    '  timeout server 30s',
    // Without it a check fails when its answer takes longer than the time between two.
    '  timeout check 5s',
    'frontend in',
    `  bind 127.0.0.1:${port}`,
    '  default_backend gates',
    'backend gates',
    '  balance roundrobin',
    '  option httpchk GET /readyz',
    ...servers,
    '',
  ];
  writeFileSync(file, lines.join('\n'));
  const process = spawn('haproxy', ['-db', '-q', '-f', file], { stdio: 'ignore' });
  onTestFinished(() => void process.kill('SIGKILL'));
  const answers = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/`).then(
      ({ status }) => status === 404,
      () => false,
    );
  while (!(await answers())) {
    if (process.exitCode !== null) throw new Error(`haproxy ended with ${process.exitCode}`);
  }
  return port;
}
