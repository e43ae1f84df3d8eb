import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort } from '../../demo/free-port.ts';
import { requireProgram } from './require-program.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/**
 * Starts nginx on loopback with this body of a `server` block; gives its port, or undefined where nginx is missing.
 * Stopped when the test ends.
 */
export async function startNginx(serverBlock: string): Promise<number | undefined> {
  const program = requireProgram('nginx');
  if (program === undefined) return undefined;
  const directory = temporaryDirectory();
  // The workers run as another user.
  chmodSync(directory, 0o755);
  const port = await freePort();
  const temporaryPaths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${directory}/${name};`,
  );
  const file = join(directory, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; worker_processes 1; pid ${directory}/pid; error_log stderr crit;
events { worker_connections 256; }
http { access_log off; default_type text/plain; large_client_header_buffers 4 32k; ${temporaryPaths.join(' ')}
server { listen 127.0.0.1:${port}; ${serverBlock} } }\n`,
  );
  const nginx = spawn(program, ['-p', directory, '-e', 'stderr', '-c', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  nginx.stderr.on('data', (chunk) => {
    complaints += chunk;
  });
  const ended = once(nginx, 'exit');
  onTestFinished(async () => {
    nginx.kill('SIGTERM');
    await ended;
  });
  const answers = async (): Promise<boolean> => {
    try {
      await fetch(`http://127.0.0.1:${port}/ready`);
      return true;
    } catch {
      return false;
    }
  };
  for (const deadlineMs = performance.now() + 10_000; !(await answers()); ) {
    if (nginx.exitCode !== null || performance.now() > deadlineMs) throw new Error(`nginx: ${complaints}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return port;
}
