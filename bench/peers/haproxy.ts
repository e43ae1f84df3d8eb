import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasProgram } from '../../test/setup/debian-packages.ts';
import type { Programs, Started } from './programs.ts';

export const hasHaproxy = (): boolean => hasProgram('haproxy');

/** HTTP mode, one thread, connections to the application shared and kept. */
export function startHaproxy(programs: Programs, upstream: string): Promise<Started> {
  return programs.start({
    place: 'measured',
    words(port, folder) {
      const file = join(folder, 'haproxy.cfg');
      writeFileSync(
        file,
        `global
  nbthread 1
  maxconn 1024
defaults
  mode http
  timeout connect 5s
  timeout client 600s
  timeout server 60s
  http-reuse always
frontend in
  bind 127.0.0.1:${port}
  default_backend application
backend application
  server application ${upstream.replace('http://', '')}
`,
      );
      return ['haproxy', '-db', '-q', '-f', file];
    },
  });
}
