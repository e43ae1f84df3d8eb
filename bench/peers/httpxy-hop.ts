/** A bare hop by httpxy, with the kept connections that it has by default: `node httpxy-hop.ts PORT UPSTREAM`. */
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { createProxyServer } from 'httpxy';

const [port, target] = process.argv.slice(2);
const proxy = createProxyServer({ target: target as string });
proxy.on('error', (error) => {
  throw error;
});
createServer((request, response) => void proxy.web(request, response))
  .on(
    'upgrade',
    (request, socket, head) => void proxy.ws(request, socket as Socket, { target: target as string }, head),
  )
  .listen(Number(port), '127.0.0.1');
