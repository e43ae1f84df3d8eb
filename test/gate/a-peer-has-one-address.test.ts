import { expect, test } from 'vitest';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';

test('of a socket for both families an IPv4 peer is told as IPv4, whichever gate refuses it', async () => {
  const { url, port, adminUrl, post } = await runGate('http://127.0.0.1:1', {
    listen: '{ host: "::", port: 0 }',
    otherPaths: 'passthrough',
  });
  expect((await fetch(url)).status).toBe(405);
  expect((await fetch(`http://127.0.0.1:${port}/other`)).status).toBe(502);
  expect((await post('{')).status).toBe(400);
  expect((await post(signedEvent('a.b', { c: 1 }, { secret: Buffer.from('another') }))).status).toBe(401);
  const refused = (await (await fetch(`${adminUrl}/rejections`)).json()) as { address: string }[];
  expect(JSON.stringify(refused)).not.toContain('ffff');
  expect(refused.map(({ address }) => address)).toEqual(new Array(4).fill('127.0.0.1'));
});
