/**
 * The least that stands between two connections in Node: bytes of one socket written to another, no HTTP at all, and
 * with `checksum` an HMAC of them as the gate computes one. `node socket-hop.ts PORT UPSTREAM [checksum]`.
 */
import { connect, createServer } from 'node:net';
import { createHmac as createOwnHmac } from '../../src/schemes/hmac.ts';
import { secret } from '../load/events.ts';

const [port, target, extra] = process.argv.slice(2);
const { hostname: host, port: upstreamPort } = new URL(target as string);
const writeHmac = createOwnHmac('sha256', secret);
const digest = Buffer.alloc(32);

createServer({ noDelay: true }, (client) => {
  const upstream = connect({ host, port: Number(upstreamPort), noDelay: true });
  client.on('data', (bytes: Buffer) => {
    if (extra === 'checksum') writeHmac(digest, '', bytes);
    upstream.write(bytes);
  });
  upstream.on('data', (bytes) => client.write(bytes));
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    one.on('error', () => undefined);
    one.on('close', () => other.destroy());
  }
}).listen(Number(port), '127.0.0.1');
