/** The process behind impatient-application.ts: `node impatient-application-process.ts IDLE_MS`. */
import { createServer, type Socket } from 'node:net';

const idleMs = Number(process.argv[2]);
const runs = new Map<string, number>();

const server = createServer((socket: Socket) => {
  let idle: NodeJS.Timeout | undefined;
  socket.on('error', () => {});
  socket.on('close', () => clearTimeout(idle));
  socket.on('data', (bytes) => {
    clearTimeout(idle);
    const body = bytes.toString('latin1').split('\r\n\r\n')[1] ?? '';
    runs.set(body, (runs.get(body) ?? 0) + 1);
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    idle = setTimeout(() => socket.destroy(), idleMs);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});
process.on('message', () => process.send?.([...runs]));
process.on('disconnect', () => process.exit());
