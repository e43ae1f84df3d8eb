/** A bare hop that verifies nothing: `node http-proxy-hop.ts PORT UPSTREAM [keep-alive]`. */
import { Agent, createServer } from 'node:http';
import httpProxy from 'http-proxy';

// http-proxy's use of util._extend (DEP0060) is known; the warning would stand between the tables.
process.noDeprecation = true;

const [port, target, tuning] = process.argv.slice(2);
const agent = tuning === 'keep-alive' ? { agent: new Agent({ keepAlive: true, maxSockets: 64 }) } : {};
const proxy = httpProxy.createProxyServer({ target: target as string, ...agent });
proxy.on('error', (error) => {
  throw error;
});
createServer((request, response) => proxy.web(request, response))
  .on('upgrade', (request, socket, head) => proxy.ws(request, socket, head))
  .listen(Number(port), '127.0.0.1');
