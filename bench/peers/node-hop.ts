/** A bare hop of Node's own parts that verifies nothing: `node node-hop.ts PORT UPSTREAM`. */
import { Agent, createServer, request as send } from 'node:http';

const [port, target] = process.argv.slice(2);
const { hostname: host, port: upstreamPort } = new URL(target as string);
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

createServer((request, response) => {
  const { method, url: path, headers } = request;
  const onward = send({ host, port: upstreamPort, method, path, headers, agent }, (answer) => {
    response.writeHead(answer.statusCode as number, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', (error) => {
    throw error;
  });
  request.pipe(onward);
}).listen(Number(port), '127.0.0.1');
