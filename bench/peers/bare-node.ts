/**
 * A Node with nothing in it but what it is told to load: `node bare-node.ts PORT [MODULE ...] [thread]`. Whoever asks is
 * answered over a bare socket, once all is loaded. `thread`: one as small as that of the embedded store, with SQLite and
 * nothing to do.
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

for (const word of words) if (word !== 'thread') process.getBuiltinModule(word);
if (words.includes('thread')) {
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  const thread = new Worker(inThread, {
    eval: true,
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
  });
  thread.once('message', listen);
} else listen();
