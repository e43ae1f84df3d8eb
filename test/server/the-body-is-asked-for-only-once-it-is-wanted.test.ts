import { expect, test } from 'vitest';
import { reject } from '../../src/delivery/rejections.ts';
import { openRaw, post } from '../support/raw-http.ts';
import { openTrafficPort } from '../support/traffic-port.ts';

const head = post('', ['Expect: 100-continue']).replace('Content-Length: 0', 'Content-Length: 2');

test('a refused sender that waits for 100 Continue never gets it', async () => {
  const gate = await openTrafficPort({ judge: () => reject('address_not_allowed', 'not listed') });
  const client = await openRaw(gate.port);

  client.send(head);
  await client.closing();

  expect(client.statuses).toEqual([403]);
});

test('an admitted one gets it, sends its body and is answered', async () => {
  const gate = await openTrafficPort();
  const client = await openRaw(gate.port);

  client.send(head);
  await client.receives('100 Continue');
  client.send('{}');

  expect(await client.answers(1)).toEqual([200]);
  expect(client.statuses).toEqual([100, 200]);
  expect(gate.bodies).toEqual(['{}']);
});

test('one that does not wait for it is read all the same', async () => {
  const gate = await openTrafficPort();
  const client = await openRaw(gate.port);

  client.send(`${head}{}`);

  expect(await client.answers(1)).toEqual([200]);
  expect(gate.bodies).toEqual(['{}']);
});

test('a body that announces too many bytes is refused without being asked for', async () => {
  const gate = await openTrafficPort();
  const client = await openRaw(gate.port);

  client.send(head.replace('Content-Length: 2', 'Content-Length: 1001'));
  await client.closing();

  expect(client.statuses).toEqual([413]);
});

test('on HTTP/1.0 the expectation is ignored', async () => {
  const gate = await openTrafficPort();
  const client = await openRaw(gate.port);

  client.send(`${head.replace('HTTP/1.1', 'HTTP/1.0')}{}`);

  expect(await client.answers(1)).toEqual([200]);
  expect(client.statuses).toEqual([200]);
});
