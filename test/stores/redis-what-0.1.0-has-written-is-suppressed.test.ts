import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { openRedis } from '../support/open-redis.ts';
import { startRedis } from '../support/redis-server.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';

const events = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/store-0.1.0/events.json'), 'utf8'),
) as { event: string; data: string; key: string }[];

test('what 0.1.0 left in Redis, a string `d` under `hookgate:{KEY}`, goes on suppressing', async () => {
  const server = await startRedis();
  for (const { key } of events) await server.ask('SET', `hookgate:{${key}}`, 'd', 'PX', '600000');
  const application = await startEventApplication();
  const { store } = await openRedis({ url: server.url });
  const gate = await runGate(application.url, {}, store);
  for (const { event, data } of events) {
    const { status, headers } = await gate.post(signedEvent(event, data));
    expect([status, headers.get('hookgate-duplicate')]).toEqual([200, 'true']);
  }
  expect(application.events).toEqual([]);
  // And new ones are written as it would have read them.
  await gate.post(signedEvent('payment.session.succeeded', { reference: 'new' }));
  const names = (await server.ask('KEYS', '*')) as string[];
  const [added] = names.map(String).filter((name) => !events.some(({ key }) => name === `hookgate:{${key}}`));
  expect(added).toMatch(/^hookgate:\{[0-9a-f]{64}\}$/);
  expect(String(await server.ask('GET', added as string))).toBe('d');
});
