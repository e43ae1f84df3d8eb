/**
 * A proxy in front that the gate was not told of makes every event seem to come from the proxy. The operator reads in
 * /rejections what to set; the sender is told nothing.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { proxyV2 } from '../support/proxy-v2.ts';
import { openRaw, post } from '../support/raw-http.ts';
import { runGate } from '../support/running-gate.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const another = { clientAddress: '{ from: forwarded, trustedProxies: [192.0.2.0/24] }' };
const remedyForHeader =
  'if it is a proxy of yours, clientAddress.trustedProxies must list it, with clientAddress.from: forwarded';
const remedyForProtocol =
  'if this is your load balancer, clientAddress.trustedProxies must list it, with clientAddress.from: proxyProtocol';

test.each([
  ['from: peer', {}],
  ['from: forwarded, and another proxy trusted', another],
])('X-Forwarded-For from an address that is not listed, with %s', async (_what, sections) => {
  const gate = await runGate('http://127.0.0.1:9', { ...sections, ...somebodyElse() });
  const answer = await gate.post('{}', { 'x-forwarded-for': '203.0.113.7' });
  expect(answer.status).toBe(403);
  expect(JSON.stringify(answer)).not.toContain('clientAddress');
  expect(await lastDetail(gate.adminUrl)).toContain(remedyForHeader);
});

test('without the header nothing is said of proxies', async () => {
  const gate = await runGate('http://127.0.0.1:9', somebodyElse());
  await gate.post('{}');
  expect(await lastDetail(gate.adminUrl)).toBe('127.0.0.1 is not on the allowlist');
});

test.each([
  ['version 1', Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.1 1 65535\r\n')],
  ['version 2', proxyV2({ source: '192.0.2.1' })],
])('a PROXY protocol header, %s', async (_version, header) => {
  const gate = await runGate('http://127.0.0.1:9');
  const client = await openRaw(gate.port);
  client.send(Buffer.concat([header, Buffer.from(post('{}'))]));
  expect(await client.answers(1)).toEqual([400]);
  expect(await lastDetail(gate.adminUrl)).toContain(remedyForProtocol);
});

/** Only the provider is listed, which nobody here is. */
function somebodyElse(): { allowlist: string } {
  const file = join(temporaryDirectory(), 'allowlist.yaml');
  writeFileSync(file, 'addresses:\n  - 203.0.113.7\n');
  return { allowlist: `{ file: ${file} }` };
}

async function lastDetail(adminUrl: string): Promise<string | undefined> {
  const rejections = (await (await fetch(`${adminUrl}/rejections`)).json()) as { detail: string }[];
  return rejections.at(-1)?.detail;
}
