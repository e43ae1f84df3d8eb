import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startNginx } from '../support/nginx.ts';
import { anEvent, testUpstream } from '../support/test-upstream.ts';

const events = 600;
const atOnce = 32;

/** Sends all events, `atOnce` at a time; how often each outcome was had. */
async function sendAll(url: string, connections: number) {
  const generous = { keepAliveMs: 60_000, timeoutMs: 30_000, connectTimeoutMs: 30_000 };
  const upstream = testUpstream(new URL(url), { ...generous, connections });
  const outcomes: Record<string, number> = {};
  let next = 0;
  const sendOn = async (): Promise<void> => {
    while (next < events) {
      const result = await upstream.send(anEvent('{}', [], `/event/${next++}`));
      const outcome = result.kind === 'answered' ? String(result.status) : result.kind;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sendOn));
  return outcomes;
}

test.for([
  ['after three requests', 'keepalive_requests 3;'],
  ['after each', 'keepalive_timeout 0;'],
])('nginx that ends a connection %s takes each event', async ([, directive], { skip }) => {
  const port = await startNginx(`${directive} location / { return 200 "ok"; }`);
  if (port === undefined) return skip();
  for (const connections of [4, 64])
    expect(await sendAll(`http://127.0.0.1:${port}`, connections)).toEqual({ '200': events });
});

/** Closes behind its answers without a word; counts each event that it took. */
async function closingApplication(isEnd: (request: number) => boolean) {
  const taken = new Map<string, number>();
  const server = createServer((socket) => {
    let requests = 0;
    let pending = '';
    socket
      .on('error', () => {})
      .on('data', (chunk) => {
        pending += chunk.toString('latin1');
        for (let end = pending.indexOf('\r\n\r\n{}'); end !== -1; end = pending.indexOf('\r\n\r\n{}')) {
          const path = pending.split(' ', 2)[1] as string;
          pending = pending.slice(end + 6);
          taken.set(path, (taken.get(path) ?? 0) + 1);
          requests += 1;
          const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
          if (isEnd(requests)) return void socket.end(answer);
          socket.write(answer);
        }
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, taken };
}

test.each([
  ['each', () => true],
  ['every third', (request: number) => request === 3],
])(
  'an application that closes behind %s answer without saying so takes each event once',
  async (_, isEnd) => {
    const application = await closingApplication(isEnd);
    expect(await sendAll(application.url, 64)).toEqual({ '200': events });
    expect(application.taken.size).toBe(events);
    expect(Math.max(...application.taken.values())).toBe(1);
  },
);
