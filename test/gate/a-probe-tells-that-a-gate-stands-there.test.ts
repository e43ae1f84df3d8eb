import { expect, test } from 'vitest';
import { probe } from '../../src/sender/probe.ts';
import { startPlainApplication } from '../support/plain-application.ts';
import { openRaw } from '../support/raw-http.ts';
import { runGate } from '../support/running-gate.ts';

const options = { timeoutMs: 5000, caPem: undefined };
const word = 'abcdefghijklmnop0123';
const ask = async (port: number, lines: readonly string[], body = '', method = 'POST') => {
  const client = await openRaw(port);
  const head = [`${method} /webhooks/juicyway HTTP/1.1`, 'Host: gate', 'Connection: close', ...lines];
  client.send(`${head.join('\r\n')}\r\n\r\n${body}`);
  await client.closing();
  return client.text;
};

test('from any address, whatever the allowlist holds, and without a word about it', async () => {
  const application = await startPlainApplication();
  const gates = [
    await runGate(application.url),
    await runGate(application.url, { allowlist: '{ file: ALLOWLIST_FILE, mode: off }' }),
    await runGate(application.url, { clientAddress: '{ from: forwarded, trustedProxies: [127.0.0.0/8] }' }),
    await runGate(application.url, { otherPaths: 'passthrough' }),
  ];
  const answers: string[] = [];
  for (const { url, port, metric } of gates) {
    expect(await probe(new URL(url), options)).toEqual({ kind: 'gate' });
    answers.push(withoutTime(await ask(port, [`Hookgate-Probe: ${word}`])));
    expect(await metric('hookgate_probes_total')).toBe(2);
    // No delivery: what is alarmed about is not touched.
    expect(
      await metric('hookgate_rejections_total{route="juicyway",reason="unsupported_media_type"}').catch(
        () => 0,
      ),
    ).toBe(0);
  }
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]).toContain(`Hookgate-Probe: ${word}`);
  expect(application.seen).toEqual([]);
});

test('an application is no gate, even one that sends back all that it is sent', async () => {
  const mirror = await startPlainApplication((request, response) => {
    response.writeHead(415, { ...request.headers, 'content-type': 'application/problem+json' });
    response.end(JSON.stringify(request.headers));
  });
  const plain = await startPlainApplication();
  for (const { url } of [mirror, plain])
    expect((await probe(new URL('/webhooks/juicyway', url), options)).kind).toBe('past');
  expect(plain.seen).toEqual(['POST /webhooks/juicyway']);
  expect(plain.requests[0]?.headers['content-length']).toBe('0');
});

test.each([
  ['with a body', [`Hookgate-Probe: ${word}`, 'Content-Length: 2'], '{}', 'POST'],
  ['with a chunked body', [`Hookgate-Probe: ${word}`, 'Transfer-Encoding: chunked'], '0\r\n\r\n', 'POST'],
  ['by another method', [`Hookgate-Probe: ${word}`], '', 'GET'],
  ['with a short word', ['Hookgate-Probe: a'], '', 'POST'],
  ['with more than a word', ['Hookgate-Probe: <script>alert(1)</script>'], '', 'POST'],
  ['with two words', [`Hookgate-Probe: ${word}`, `Hookgate-Probe: ${word}`], '', 'POST'],
])('%s it is judged as any request', async (_what, lines, body, method) => {
  const application = await startPlainApplication();
  const gate = await runGate(application.url);
  expect(await ask(gate.port, lines, body, method)).not.toContain('Hookgate-Probe:');
  expect(await gate.metric('hookgate_probes_total')).toBe(0);
  expect(application.seen).toEqual([]);
});

function withoutTime(text: string): string {
  return text.replace(/Date: .*\r\n/, '').replaceAll(/[0-9a-f-]{36}/g, 'ID');
}
