import { expect, test } from 'vitest';
import { type GateForTest, runGate } from '../support/running-gate.ts';
import { answer200, type Script, startScriptedApplication } from '../support/scripted-application.ts';

/** Answers what comes first on a connection, and then plays `end` with the next, as one that closes it at that moment. */
function oneAnswerEach(end: Script): Script {
  const used = new WeakSet<object>();
  return (socket, request) => {
    if (used.has(socket)) return end(socket, request);
    used.add(socket);
    answer200(socket, request);
  };
}

const reset: Script = (socket) => void socket.resetAndDestroy();
const ends: Record<string, Script> = {
  closed: (socket) => void socket.end(),
  reset,
  'reset within the head of the answer': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-', () => socket.resetAndDestroy());
  },
};

async function startBoth(script: Script) {
  const application = await startScriptedApplication(script);
  const gate = await runGate(application.url.origin, { otherPaths: 'passthrough' });
  return { application, gate };
}

async function statusOf({ port }: GateForTest, method: string, body: string | null = null): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/other`, { method, body });
  await answer.arrayBuffer();
  return answer.status;
}

const refused = ({ metric }: GateForTest) =>
  metric('hookgate_rejections_total{route="none",reason="upstream_protocol_error"}');

test.each(Object.entries(ends))(
  'a kept connection that is %s: a GET is sent again on a new one',
  async (_, end) => {
    const { application, gate } = await startBoth(oneAnswerEach(end));
    expect(await statusOf(gate, 'GET')).toBe(200);
    expect(await statusOf(gate, 'GET')).toBe(200);
    expect(application.requests).toHaveLength(3);
    expect(application.connections()).toBe(2);
    expect(await refused(gate)).toBe(0);
    expect(await gate.metric('hookgate_passthrough_requests_total{code_class="2xx"}')).toBe(2);
  },
);

test.each([
  ['POST', 'an order'],
  ['POST', null],
  ['PUT', 'an order'],
  ['DELETE', null],
  ['PATCH', 'an order'],
])('%s with the body %j asks for a change and is not sent again', async (method, body) => {
  const { application, gate } = await startBoth(answer200);
  expect(await statusOf(gate, 'GET')).toBe(200);
  application.play(reset);
  expect(await statusOf(gate, method, body)).toBe(502);
  expect(application.requests).toHaveLength(2);
  expect(await refused(gate)).toBe(1);
});

test('what has a body is not sent again whatever its method, since the body is gone', async () => {
  const { application, gate } = await startBoth(answer200);
  expect(await statusOf(gate, 'GET')).toBe(200);
  application.play(reset);
  expect(await statusOf(gate, 'OPTIONS', 'a question')).toBe(502);
  expect(application.requests).toHaveLength(2);
});

test('a request with a body finds a new connection where the kept one has ended before it', async () => {
  const { application, gate } = await startBoth(answer200);
  const closed = new Promise((resolve) =>
    application.server.once('connection', (socket) => socket.once('close', resolve)),
  );
  application.play((socket, request) => {
    answer200(socket, request);
    socket.end();
  });
  expect(await statusOf(gate, 'GET')).toBe(200);
  await closed;
  application.play(answer200);
  expect(await statusOf(gate, 'POST', 'an order')).toBe(200);
  expect([application.connections(), await refused(gate)]).toEqual([2, 0]);
});

test('requests with and without a body share a kept connection', async () => {
  const { application, gate } = await startBoth(answer200);
  for (const [method, body] of [
    ['GET', null],
    ['POST', 'an order'],
    ['PUT', 'x'.repeat(300_000)],
    ['GET', null],
  ] as const)
    expect(await statusOf(gate, method, body)).toBe(200);
  expect(application.requests).toHaveLength(4);
  expect(application.connections()).toBe(1);
});

test('a request whose new connection ends as well is refused, once', async () => {
  const { application, gate } = await startBoth(answer200);
  expect(await statusOf(gate, 'GET')).toBe(200);
  application.play(reset);
  expect(await statusOf(gate, 'GET')).toBe(502);
  expect(application.requests).toHaveLength(3);
  expect(await refused(gate)).toBe(1);
});

test('a request that was the first on its connection is not sent again', async () => {
  const { application, gate } = await startBoth(reset);
  expect(await statusOf(gate, 'GET')).toBe(502);
  expect(application.requests).toHaveLength(1);
});
