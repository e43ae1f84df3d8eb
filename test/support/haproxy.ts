import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort } from '../../demo/free-port.ts';
import { requireProgram } from './require-program.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/**
 * Starts HAProxy in TCP mode in front of a local port; `send` is what its server line says, such as
 * `send-proxy-v2`. Undefined where HAProxy is missing. Ends with the test.
 */
export async function startHaproxy(rules: {
  backendPort: number;
  send: string;
  /** PEM of certificate and key: HAProxy then ends TLS itself. */
  pem?: string;
}): Promise<{ port: number } | undefined> {
  const haproxy = requireProgram('haproxy');
  if (haproxy === undefined) return undefined;
  const folder = temporaryDirectory();
  const port = await freePort();
  const pemFile = join(folder, 'server.pem');
  if (rules.pem !== undefined) writeFileSync(pemFile, rules.pem);
  const configFile = join(folder, 'haproxy.cfg');
  writeFileSync(
    configFile,
    [
      'defaults',
      '  mode tcp',
      '  timeout connect 5s',
      '  timeout client 5s',
      '  timeout server 5s',
      'frontend in',
      `  bind 127.0.0.1:${port}${rules.pem === undefined ? '' : ` ssl crt ${pemFile}`}`,
      '  default_backend gate',
      'backend gate',
      `  server gate 127.0.0.1:${rules.backendPort} ${rules.send}`,
      '',
    ].join('\n'),
  );
  const process = spawn(haproxy, ['-db', '-q', '-f', configFile], { stdio: 'ignore' });
  onTestFinished(() => void process.kill('SIGKILL'));
  await accepting(port, process);
  return { port };
}

async function accepting(port: number, process: ChildProcess): Promise<void> {
  while (process.exitCode === null) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('close', () => socket.destroy());
      setTimeout(() => socket.destroy(), 200);
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`haproxy ended with ${process.exitCode}`);
}
