/**
 * Node's HTTP server in front of a client on bare sockets, which knows of an answer only where it ends: the undici hop
 * with what would come in undici's place at best. `node socket-client-hop.ts PORT UPSTREAM`.
 */
import { createServer } from 'node:http';
import { openConnection, type SenderConnection } from '../load/connection.ts';

const [port, target] = process.argv.slice(2);
const { host, port: upstreamPort } = new URL(target as string);
const idle: SenderConnection[] = [];

createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', async () => {
    const body = Buffer.concat(parts);
    const { connection: _connection, 'content-length': _length, host: _host, ...headers } = request.headers;
    let head = `${request.method} ${request.url} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: ${body.length}\r\n`;
    for (const [name, value] of Object.entries(headers)) head += `${name}: ${value}\r\n`;
    const connection = idle.pop() ?? openConnection({ port: Number(upstreamPort) });
    response.statusCode = await connection.exchange(Buffer.concat([Buffer.from(`${head}\r\n`), body]));
    if (connection.open) idle.push(connection);
    response.end('ok');
  });
}).listen(Number(port), '127.0.0.1');
