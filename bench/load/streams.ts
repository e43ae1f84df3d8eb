/**
 * Loads that stream: each resolves once all of it has gone through, and rejects on anything else. Every request has a
 * connection of its own: a kept one may be closed by the other end, after seconds without a request, just as it is taken again.
 */
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { WebSocket } from 'ws';

export const eventsAStream = 10;
const host = '127.0.0.1';

/** Bytes, over one connection. */
export async function upload(port: number, bytes: number): Promise<void> {
  const sent = open({ port, method: 'POST', path: '/upload', headers: { 'content-length': bytes } });
  const answered = whole(sent);
  const piece = Buffer.alloc(64 * 1024, 'x');
  for (let left = bytes; left > 0; left -= piece.length) {
    const next = left >= piece.length ? piece : piece.subarray(0, left);
    if (!sent.write(next)) await Promise.race([once(sent, 'drain'), answered]);
  }
  sent.end();
  await answered;
}

export async function download(port: number, bytes: number): Promise<void> {
  const sent = open({ port, path: `/download?bytes=${bytes}` });
  sent.end();
  const received = await whole(sent);
  if (received !== bytes) throw new Error(`${received} bytes came of ${bytes}`);
}

/** Each is echoed before the next is sent on its connection. */
export async function exchangeMessages(port: number, count: number): Promise<void> {
  const text = 'x'.repeat(200);
  const connections = 10;
  const exchangeOnOne = async (): Promise<void> => {
    const socket = new WebSocket(`ws://${host}:${port}/socket`);
    await once(socket, 'open');
    const closed = once(socket, 'close');
    const early = closed.then(() => {
      throw new Error('the WebSocket closed before its last echo');
    });
    for (let left = count / connections; left > 0; left--) {
      socket.send(text);
      const [echo] = await Promise.race([once(socket, 'message'), early]);
      if (String(echo) !== text) throw new Error('another message came back');
    }
    socket.close();
    await closed;
  };
  await Promise.all(Array.from({ length: connections }, exchangeOnOne));
}

/** Streams of server-sent events, all at once and each to its end. */
export async function followEvents(port: number, count: number): Promise<void> {
  const followOne = async (_: unknown, index: number): Promise<void> => {
    // A gate lets one address have a thousand connections.
    const sent = open({ port, path: '/events', localAddress: `127.0.0.${1 + (index % 8)}` });
    sent.end();
    await whole(sent);
  };
  await Promise.all(Array.from({ length: count }, followOne));
}

function open(options: RequestOptions): ClientRequest {
  return request({ host, agent: false, ...options });
}

/** Bytes of the body of a 200. A connection that fails in the middle of it rejects this, and is nobody else's affair. */
function whole(sent: ClientRequest): Promise<number> {
  return new Promise((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', (answer: IncomingMessage) => {
      if (answer.statusCode !== 200)
        return reject(new Error(`the answer was ${answer.statusCode} and not 200`));
      let bytes = 0;
      answer.on('error', reject);
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      answer.on('end', () => resolve(bytes));
    });
  });
}
