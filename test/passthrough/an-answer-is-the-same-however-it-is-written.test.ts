import { expect, test } from 'vitest';
import { openRaw } from '../support/raw-http.ts';
import { runGate } from '../support/running-gate.ts';
import { startScriptedApplication } from '../support/scripted-application.ts';

const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'].concat(
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
);

/** The whole answer, with what differs from one request to the next made equal. */
async function answerTo(port: number, requestLine: string, lines: readonly string[]): Promise<string[]> {
  const client = await openRaw(port);
  client.send([requestLine, 'Host: a', ...lines, '', ''].join('\r\n'));
  const text = await client.closing();
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
    .replace(/^Date: \w{3}, .* GMT\r$/m, 'Date: NOW\r')
    .split('\r\n');
}

const sorted = (lines: readonly string[]) => [lines[0], ...lines.slice(1).sort()];

async function behind(answer: string) {
  const application = await startScriptedApplication((socket) => socket.write(answer));
  return (await runGate(application.url.href, { otherPaths: 'passthrough' })).port;
}

test('a refusal written on a bare socket has the fields and the body of one written as a response', async () => {
  const port = await behind('RTSP/1.1 200 OK\r\n\r\n');
  const asResponse = await answerTo(port, 'GET /other HTTP/1.1', ['Connection: close']);
  const onSocket = await answerTo(port, 'GET /other HTTP/1.1', upgrade);
  expect(asResponse[0]).toBe('HTTP/1.1 502 Bad Gateway');
  expect(asResponse).toContain('Date: NOW');
  expect(sorted(onSocket)).toEqual(sorted(asResponse));
});

test('… with the fields that the refusal brings', async () => {
  const port = await behind('');
  const asResponse = await answerTo(port, 'DELETE /webhooks/juicyway HTTP/1.1', ['Connection: close']);
  const onSocket = await answerTo(port, 'CONNECT /webhooks/juicyway:443 HTTP/1.1', []);
  expect(asResponse).toContain('Allow: POST');
  expect(sorted(onSocket)).toEqual(sorted(asResponse));
});

test("an application's refusal of an upgrade is written as its other answers are", async () => {
  const port = await behind('HTTP/1.1 403 Go Away\r\nX-Own: 1\r\nContent-Length: 2\r\n\r\nno');
  const asResponse = await answerTo(port, 'GET /other HTTP/1.1', ['Connection: close']);
  const onSocket = await answerTo(port, 'GET /other HTTP/1.1', upgrade);
  expect(asResponse[0]).toBe('HTTP/1.1 403 Go Away');
  expect(sorted(onSocket)).toEqual(sorted(asResponse));
});

test('a head that goes before its body is written byte for byte, as one that goes with it is', async () => {
  const head = 'HTTP/1.1 200 caf\xc3\xa9\r\nX-Name: caf\xe9\r\nContent-Length: 2\r\n\r\n';
  const application = await startScriptedApplication((socket) => socket.write(head, 'latin1'));
  const gate = await runGate(application.url.href, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  client.send('GET /other HTTP/1.1\r\nHost: a\r\n\r\n');
  await client.receives('\r\n\r\n');
  expect(client.text).toMatch(/^HTTP\/1\.1 200 caf\xc3\xa9\r\nX-Name: caf\xe9\r\n/);
});

test('an agreed upgrade is dated as other answers are, and once', async () => {
  const agreed = 'HTTP/1.1 101 Any Words\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
  for (const date of ['', 'date: Thu, 01 Jan 1970 00:00:00 GMT\r\n']) {
    const client = await openRaw(await behind(`${agreed}${date}\r\n`));
    client.send(['GET /other HTTP/1.1', 'Host: a', ...upgrade, '', ''].join('\r\n'));
    await client.receives('\r\n\r\n');
    expect(client.text).toMatch(/^HTTP\/1\.1 101 Any Words\r\n/);
    expect(client.text.match(/^date: /gim)).toHaveLength(1);
  }
});
