import { expect, test } from 'vitest';
import { startPlainApplication } from '../support/plain-application.ts';
import { openRaw } from '../support/raw-http.ts';
import { runGate } from '../support/running-gate.ts';

/** An application that parses Host and target together, as many do to get at the query. */
async function startConcatenatingApplication() {
  const paths: string[] = [];
  const application = await startPlainApplication((request, response) => {
    paths.push(new URL(`http://${request.headers.host}${request.url}`).pathname);
    response.end();
  });
  return { ...application, paths };
}

test.each([
  ['a/webhooks/juicyway?', '/other'],
  ['a/webhooks/juicyway#', '/other'],
  ['a\\webhooks\\juicyway?', '/other'],
  ['', '/a/webhooks/juicyway'],
  ['user@a', '/other'],
  ['a b', '/other'],
  ['a,b', '/other'],
  ['a:80:90', '/other'],
  ['a:http', '/other'],
  ['[::1', '/other'],
  ['[fe80::1%25eth0]', '/other'],
  ['a%2fb', '/other'],
  ['\xe9', '/other'],
])('Host %j with %s is refused, where other paths pass through too', async (host, target) => {
  const application = await startConcatenatingApplication();
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  client.send(`POST ${target} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 2\r\n\r\n{}`);
  expect(await client.answers(1)).toEqual([400]);
  await client.receives('"code":"malformed_request"');
  expect(application.paths).toEqual([]);
});

test.each([
  'shop.test',
  'shop.test.',
  'shop_1',
  'SHOP.test:8080',
  'shop.test:',
  '192.0.2.1:80',
  '[2001:db8::1]:443',
])('Host %s goes on as it came', async (host) => {
  const application = await startConcatenatingApplication();
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  client.send(`GET /other HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  expect(await client.answers(1)).toEqual([200]);
  expect([application.paths, application.requests[0]?.headers.host]).toEqual([['/other'], host]);
});
