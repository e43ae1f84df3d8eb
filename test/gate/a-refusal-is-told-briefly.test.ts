import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { openRaw } from '../support/raw-http.ts';
import { runGate } from '../support/running-gate.ts';

/** Whoever can connect can make the gate log: a line must not grow with what was sent. */
test.each([
  ['a header name with an underscore', `x_${'a'.repeat(15_000)}: 1`],
  ['an Expect of nothing known', `Expect: ${'a'.repeat(15_000)}`],
  ['a Content-Type that is not taken', `Content-Type: text/${'a'.repeat(15_000)}`],
  [
    'a Content-Encoding that is not taken',
    `Content-Type: application/json\r\nContent-Encoding: ${'a'.repeat(15_000)}`,
  ],
])('%s', async (_name, lines) => {
  const gate = await runGate((await startEventApplication()).url);
  const client = await openRaw(gate.port);
  client.send(`POST /webhooks/juicyway HTTP/1.1\r\nHost: gate.test\r\n${lines}\r\nContent-Length: 0\r\n\r\n`);
  expect((await client.answers(1))[0]).toBeGreaterThanOrEqual(400);

  const rejections = (await (await fetch(`${gate.adminUrl}/rejections`)).json()) as { detail: string }[];
  expect(rejections.map(({ detail }) => detail.length)).toEqual([301]);
});
