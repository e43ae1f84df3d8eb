import { path, secret } from '../load/events.ts';
import { getRequest } from '../load/requests.ts';
import { asJavaScript } from './as-javascript.ts';
import type { Programs, Started } from './programs.ts';

/** A proxy of this folder that verifies nothing, on this Node with its own settings. */
export async function startHop(
  programs: Programs,
  name:
    | 'http-proxy-hop'
    | 'httpxy-hop'
    | 'node-hop'
    | 'undici-hop'
    | 'socket-hop'
    | 'socket-client-hop'
    | 'first-reader',
  upstream: string,
  ...tuning: readonly string[]
): Promise<Started> {
  const file = await asJavaScript(name);
  return programs.start({
    place: 'measured',
    words: (port) => [process.execPath, file, String(port), upstream, ...tuning],
  });
}

/** The sidecar that a team writes by hand. */
export async function startExpress(programs: Programs, upstream: string): Promise<Started> {
  const file = await asJavaScript('express-sidecar');
  return programs.start({
    place: 'measured',
    env: { NODE_ENV: 'production' },
    ready: { request: getRequest('/ready') },
    words: (port) => [process.execPath, file, String(port), upstream, path, secret.toString()],
  });
}
