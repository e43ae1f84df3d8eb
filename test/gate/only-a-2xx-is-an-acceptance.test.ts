import { expect, test } from 'vitest';
import { openRaw } from '../support/raw-http.ts';
import { runGate } from '../support/running-gate.ts';
import { startScriptedApplication } from '../support/scripted-application.ts';
import { signedEvent } from '../support/sign-event.ts';

const body = signedEvent('payment.session.succeeded', { reference: 'r-1' });
const request =
  'POST /webhooks/juicyway HTTP/1.1\r\nHost: gate.test\r\nContent-Type: application/json\r\n' +
  `Content-Length: ${body.length}\r\n\r\n${body}`;
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** What the application says, what the sender is told, and whether the event counts as delivered. */
test.each<[string, string, number, string]>([
  ['200', ok, 200, 'ok'],
  ['201 with a Location', ok.replace('200 OK', '201 Created\r\nLocation: /1'), 200, 'ok'],
  ['202', ok.replace('200 OK', '202 Accepted'), 200, 'ok'],
  ['204', 'HTTP/1.1 204 No Content\r\n\r\n', 200, ''],
  ['299', ok.replace('200 OK', '299 Whatever'), 200, 'ok'],
  ['103 before 200', `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ok}`, 200, 'ok'],
  ['300', ok.replace('200 OK', '300 Choices'), 300, 'ok'],
  ['301', ok.replace('200 OK', '301 Moved\r\nLocation: /other'), 301, 'ok'],
  ['304', 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n', 304, ''],
  ['400', ok.replace('200 OK', '400 Bad'), 400, 'ok'],
  ['407', ok.replace('200 OK', '407 Proxy'), 407, 'ok'],
  ['503', ok.replace('200 OK', '503 Away\r\nRetry-After: 9'), 503, 'ok'],
  [
    '101',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    502,
    'upstream_protocol_error',
  ],
  ['100 before 200', `HTTP/1.1 100 Continue\r\n\r\n${ok}`, 200, 'ok'],
  ['100 before 500', `HTTP/1.1 100 Continue\r\n\r\n${ok.replace('200', '500')}`, 500, 'ok'],
  ['RTSP', ok.replace('HTTP/1.1', 'RTSP/1.1'), 502, 'upstream_protocol_error'],
  ['ICE', ok.replace('HTTP/1.1', 'ICE/1.0'), 502, 'upstream_protocol_error'],
  ['099', ok.replace('200 OK', '099 Nothing'), 502, 'upstream_protocol_error'],
  ['000', ok.replace('200 OK', '000 Nothing'), 502, 'upstream_protocol_error'],
  ['a status of four digits', ok.replace('200 OK', '2000 OK'), 502, 'upstream_protocol_error'],
  ['HTTP/0.9', 'ok', 502, 'upstream_protocol_error'],
  ['two lengths', ok.replace('\r\n\r\n', '\r\nContent-Length: 3\r\n\r\n'), 502, 'upstream_protocol_error'],
  [
    'a head of 20 KiB',
    ok.replace('\r\n\r\n', `\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`),
    502,
    'upstream_protocol_error',
  ],
  ['half a body, then the end', ok.replace(': 2', ': 3'), 502, 'upstream_protocol_error'],
  [
    'half a chunk, then the end',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal',
    502,
    'upstream_protocol_error',
  ],
])('%s', async (_name, answered, status, says) => {
  const application = await startScriptedApplication((socket) => socket.end(answered));
  const gate = await runGate(application.url.origin, { upstream: 'UPSTREAM, timeout: 3s }' });

  const sender = await openRaw(gate.port);
  sender.send(request);
  expect(await sender.answers(1)).toEqual([status]);
  if (says !== '') await sender.receives(says);
  expect(sender.text).toMatch(/^X-Request-Id: [0-9a-f-]{36}\r$/im);
  // RFC 9110 section 8.6: nobody here knows the length of what a 304 stands for.
  expect(/^Content-Length: /im.test(sender.text)).toBe(status !== 304);
  // The connection goes on: the answer was framed as its status demands.
  sender.send(request.replace('POST', 'GET'));
  expect(await sender.answers(2)).toEqual([status, 405]);

  application.play((socket) => socket.end(ok));
  const repeat = await gate.post(body);
  expect(repeat.status).toBe(200);
  expect(repeat.headers.get('hookgate-duplicate')).toBe(status === 200 ? 'true' : null);
});
