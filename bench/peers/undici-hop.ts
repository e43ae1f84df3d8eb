/**
 * A hop that takes the body in whole and sends it on by undici's pool, as the gate does, and verifies nothing:
 * `node undici-hop.ts PORT UPSTREAM`.
 */
import { createServer } from 'node:http';
import { Pool } from 'undici';

const [port, target] = process.argv.slice(2);
const pool = new Pool(target as string, { connections: 64 });

createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', async () => {
    const body = Buffer.concat(parts);
    const { connection: _connection, 'content-length': _length, ...headers } = request.headers;
    const answer = await pool.request({
      method: request.method as 'POST',
      path: request.url as string,
      headers,
      body,
    });
    const content = Buffer.from(await answer.body.arrayBuffer());
    const { connection: _own, 'transfer-encoding': _framing, ...kept } = answer.headers;
    response.writeHead(answer.statusCode, { ...kept, 'content-length': content.length });
    response.end(content);
  });
}).listen(Number(port), '127.0.0.1');
