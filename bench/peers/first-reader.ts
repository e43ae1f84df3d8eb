/**
 * What a strict first reader in front of `node:http` would leave of a request: plain POSTs with a length are read from the
 * socket here, everything else goes to Node's server with its bytes unread. Answers by itself, as application.ts does,
 * so that the two side by side say what such a reader could save at most. `node first-reader.ts PORT`.
 */
import { createServer } from 'node:http';
import { createServer as createSocketServer, type Socket } from 'node:net';

/** What a gate would be given in place of Node's request. */
interface PlainRequest {
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly string[];
  readonly bodyBytes: number;
}

const requestLine = /^(POST) (\/[!-~]*) HTTP\/1\.1$/;
const headerLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*?)[ \t]*$/;
const unusual: ReadonlySet<string> = new Set(['transfer-encoding', 'expect', 'upgrade']);
const answer =
  'HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok';

const node = createServer((request, response) => {
  request.resume();
  request.on('end', () => response.end('ok'));
});

createSocketServer({ noDelay: true }, (socket) => {
  let body: { readonly bytes: Buffer; read: number } | undefined;
  socket.on('error', () => undefined);
  socket.on('data', function take(chunk: Buffer) {
    if (body === undefined) {
      const headEnd = chunk.indexOf('\r\n\r\n');
      const request = headEnd < 0 ? undefined : readPlain(chunk.toString('latin1', 0, headEnd));
      if (request === undefined) {
        socket.off('data', take);
        return void handOver(socket, chunk);
      }
      body = { bytes: Buffer.allocUnsafe(request.bodyBytes), read: 0 };
      body.read = chunk.copy(body.bytes, 0, headEnd + 4);
    } else body.read += chunk.copy(body.bytes, body.read);
    if (body.read < body.bytes.length) return;
    body = undefined;
    socket.write(answer, 'latin1');
  });
}).listen(Number(process.argv[2]), '127.0.0.1');

function handOver(socket: Socket, unread: Buffer): void {
  socket.unshift(unread);
  node.emit('connection', socket);
}

/** Undefined for whatever is not the plainest of requests. */
function readPlain(head: string): PlainRequest | undefined {
  const [first = '', ...lines] = head.split('\r\n');
  const request = requestLine.exec(first);
  if (request === null) return undefined;
  const rawHeaders: string[] = [];
  let bodyBytes = -1;
  for (const line of lines) {
    const field = headerLine.exec(line);
    if (field === null) return undefined;
    const [, name = '', value = ''] = field;
    const lower = name.toLowerCase();
    if (lower === 'content-length') {
      if (bodyBytes >= 0 || !/^\d{1,9}$/.test(value)) return undefined;
      bodyBytes = Number(value);
    } else if (unusual.has(lower) || (lower === 'connection' && value !== 'keep-alive')) return undefined;
    rawHeaders.push(name, value);
  }
  if (bodyBytes < 0) return undefined;
  return { method: request[1] as string, target: request[2] as string, rawHeaders, bodyBytes };
}
