import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { openRaw } from '../support/raw-http.ts';
import { replaceFile } from '../support/replace-file.ts';
import { type GateForTest, runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';

async function reloadWith(gate: GateForTest, found: string, written: string): Promise<void> {
  const before = readFileSync(gate.configFile, 'utf8');
  replaceFile(gate.configFile, before.replace(found, written));
  await gate.gate.reload();
  // The watch may have read the file as well.
  expect(await gate.metric('hookgate_config_reloads_total{result="success"}')).toBeGreaterThan(0);
}

test('an event whose body is still coming reaches the application that was configured when it began', async () => {
  const old = await startEventApplication();
  const next = await startEventApplication();
  const gate = await runGate(old.url);
  const [first, second] = [1, 2].map((n) => signedEvent('payment.session.succeeded', { n })) as [
    Buffer,
    Buffer,
  ];
  const sender = await openRaw(gate.port);
  // Answered once the gate has judged the address: from here on the delivery is under way.
  sender.send(
    'POST /webhooks/juicyway HTTP/1.1\r\nHost: gate.test\r\nContent-Type: application/json\r\n' +
      `Expect: 100-continue\r\nContent-Length: ${first.length}\r\n\r\n`,
  );
  await sender.receives('100 Continue');

  await reloadWith(gate, old.url, next.url);
  sender.send(first);

  expect(await sender.answers(1)).toEqual([200]);
  expect((await gate.post(second)).status).toBe(200);
  expect([old, next].map(({ events }) => events.map(({ body }) => body))).toEqual([[first], [second]]);
});

test('an answer that is streamed through goes on over a reload', async () => {
  const application = await startEventApplication();
  let finish = (): void => {};
  application.answer = (response) => {
    response.write('before, ');
    finish = () => response.end('after');
  };
  const gate = await runGate(application.url, { otherPaths: 'passthrough' });
  const client = await openRaw(gate.port);
  client.send('GET /download HTTP/1.1\r\nHost: gate.test\r\nConnection: close\r\n\r\n');
  await client.receives('before');

  await reloadWith(gate, '{ level: silent }', '{ level: fatal }');
  finish();

  expect(await client.closing()).toMatch(/before, [\s\S]*after[\s\S]*\r\n0\r\n\r\n$/);
});

test('a key that is taken away while its event is under way does not come back into the metrics', async () => {
  const application = await startEventApplication();
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<() => void>();
  application.answer = (response) => arrive(() => response.end());
  const gate = await runGate(application.url);
  const answered = gate.post(signedEvent('payment.session.succeeded', { n: 1 }));
  const finish = await arrived;

  writeFileSync(join(gate.keysDirectory, 'next'), 'another-business-id');
  rmSync(join(gate.keysDirectory, 'primary'));
  await gate.gate.reload();
  finish();

  expect((await answered).status).toBe(200);
  const page = await (await fetch(`${gate.adminUrl}/metrics`)).text();
  const keys = page.matchAll(/^hookgate_checksum_matches_total\{.*key="(\w+)"/gm);
  expect([...new Set(Array.from(keys, ([, key]) => key))]).toEqual(['next']);
});

test('an application that no route names any more has its connections closed, once nobody uses them', async () => {
  const old = await startEventApplication();
  const next = await startEventApplication();
  // Nobody else closes them within the test.
  old.server.keepAliveTimeout = 0;
  const upstream = `{ url: "${old.url}", keepAlive: 1m }`;
  const closed: Promise<unknown>[] = [];
  old.server.on('connection', (socket) => closed.push(once(socket, 'close')));
  const gate = await runGate(old.url, { otherPaths: 'passthrough', upstream });
  expect((await gate.post(signedEvent('payment.session.succeeded', { n: 1 }))).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${gate.port}/page`)).status).toBe(200);
  expect(closed).toHaveLength(2);

  await reloadWith(gate, old.url, next.url);

  await Promise.all(closed);
});
