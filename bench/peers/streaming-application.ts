/**
 * The application for what streams: takes uploads, gives downloads, echoes over WebSockets, tells events.
 * `node streaming-application.ts PORT`.
 */
import { createServer, type ServerResponse } from 'node:http';
import { WebSocketServer } from 'ws';
import { eventsAStream } from '../load/streams.ts';

const piece = Buffer.alloc(64 * 1024, 'x');
const betweenEventsMs = 100;

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://application');
  if (pathname === '/download') return give(response, Number(searchParams.get('bytes')));
  if (pathname === '/events') return tell(response);
  request.resume();
  request.on('end', () => response.end('ok'));
});
server.keepAliveTimeout = 600_000;
new WebSocketServer({ server }).on('connection', (socket) => {
  socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }));
});
// A hop that keeps no connections opens as many at once as there are streams; Node's own queue has 511 places.
server.listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 4096 });

function give(response: ServerResponse, bytes: number): void {
  response.writeHead(200, { 'content-length': bytes });
  let left = bytes;
  const goOn = (): void => {
    while (left > 0) {
      const next = left >= piece.length ? piece : piece.subarray(0, left);
      left -= next.length;
      if (!response.write(next)) return void response.once('drain', goOn);
    }
    response.end();
  };
  goOn();
}

function tell(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let told = 0;
  const timer = setInterval(() => {
    response.write(`data: {"event":"order.changed","number":${told}}\n\n`);
    told += 1;
    if (told === eventsAStream) response.end();
  }, betweenEventsMs);
  response.on('close', () => clearInterval(timer));
}
