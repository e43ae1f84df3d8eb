import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';

/** Every second /24 of 10.0.0.0/8 and of 11.0.0.0/8, and as many /64 of IPv6, in no order: 100,000 and a few. */
const ranges = Array.from({ length: 100_000 }, (_, index) => {
  const place = (index * 7919) % 100_000;
  return place % 2 === 0
    ? `10.${place >> 9}.${(place >> 1) & 255}.0/25`
    : `2001:db8:${(place >> 8).toString(16)}:${(place & 255).toString(16)}::/64`;
});

test('a gate with 100,000 ranges, which it took up while it ran, lets in exactly those', async () => {
  const application = await startEventApplication();
  const gate = await runGate(application.url, {
    clientAddress: '{ from: forwarded, trustedProxies: [127.0.0.1] }',
  });
  writeFileSync(gate.allowlistFile, `addresses:\n${ranges.map((range) => `  - ${range}\n`).join('')}`);
  await gate.gate.reload();
  expect(await gate.metric('hookgate_allowlist_entries{route="juicyway"}')).toBe(100_000);

  const statusFor = async (address: string): Promise<number> => {
    const body = signedEvent('payment.session.succeeded', { reference: address });
    return (await gate.post(body, { 'x-forwarded-for': address })).status;
  };
  for (const inside of [
    '10.0.0.0',
    '10.0.0.127',
    '10.97.55.1',
    '10.195.79.127',
    '2001:db8:0:1::1',
    '2001:db8:186:9f::',
  ]) {
    expect([inside, await statusFor(inside)]).toEqual([inside, 200]);
  }
  for (const outside of [
    '10.0.0.128',
    '10.97.55.200',
    '10.195.80.0',
    '9.255.255.255',
    '2001:db8:0:2::1',
    '2001:db8:186:a1::',
  ]) {
    expect([outside, await statusFor(outside)]).toEqual([outside, 403]);
  }
  expect(application.events).toHaveLength(6);
});
