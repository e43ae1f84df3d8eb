/**
 * A Node with nothing in it but what it is told to load: `node bare-node.ts PORT [MODULE ...] [LIMITS]`. Whoever asks is
 * answered over a bare socket, once all is loaded. `LIMITS` are the resource limits, as JSON, of a thread with SQLite and
 * nothing to do; they are told, since what this file imports would be in it too.
 */
import { createServer } from 'node:net';

const inThread = `
  process.getBuiltinModule('node:sqlite');
  process.getBuiltinModule('node:worker_threads').parentPort.postMessage('loaded');
  setInterval(() => {}, 1e9);
`;
const [port, ...words] = process.argv.slice(2);
const server = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
});
const listen = (): unknown => server.listen(Number(port), '127.0.0.1');

const limits = words.find((word) => word.startsWith('{'));
for (const word of words) if (word !== limits) process.getBuiltinModule(word);
if (limits !== undefined) {
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  const thread = new Worker(inThread, {
    eval: true,
    execArgv: [],
    env: {},
    resourceLimits: JSON.parse(limits),
  });
  thread.once('message', listen);
} else listen();
