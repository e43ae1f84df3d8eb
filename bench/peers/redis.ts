import { hasProgram } from '../../test/setup/debian-packages.ts';
import type { Programs } from './programs.ts';

export const hasRedis = (): boolean => hasProgram('redis-server');

/** With an append-only file that is on the disk before the answer, as a shared store should be. Gives its URL. */
export async function startRedis(programs: Programs): Promise<string> {
  const durable = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'];
  const { port } = await programs.start({
    place: 'around',
    words: (port, folder) => ['redis-server', '--port', String(port), '--dir', folder, ...durable],
    ready: { request: Buffer.from('PING\r\n'), says: '+PONG' },
  });
  return `redis://127.0.0.1:${port}`;
}
