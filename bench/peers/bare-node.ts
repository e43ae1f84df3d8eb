/**
 * A Node with nothing in it but what it is told to load: `node bare-node.ts PORT [MODULE ...] [thread]`. Whoever asks is
 * answered over a bare socket. `thread`: one as small as that of the embedded store, with SQLite and nothing to do.
 */
import { createServer } from 'node:net';

const [port, ...words] = process.argv.slice(2);
for (const word of words) {
  if (word !== 'thread') process.getBuiltinModule(word);
  else {
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    new Worker("process.getBuiltinModule('node:sqlite'); setInterval(() => {}, 1e9);", {
      eval: true,
      execArgv: [],
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
    });
  }
}
createServer((socket) => {
  socket.on('error', () => undefined);
  socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
}).listen(Number(port), '127.0.0.1');
