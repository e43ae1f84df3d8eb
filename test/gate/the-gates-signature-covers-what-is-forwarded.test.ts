import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('where the gate has taken fields out, it signs what is left', async () => {
  const keysDirectory = temporaryDirectory();
  const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  writeFileSync(join(keysDirectory, 'key'), secret);
  const application = await startEventApplication();
  const gate = await runGate(application.url, {
    upstream: `UPSTREAM, signing: { keysDirectory: ${keysDirectory} } }`,
  });
  const event = signedEvent('payment.session.succeeded', { reference: 'r-1' }).toString();
  expect((await gate.post(event.replace(/}$/, ',"added":true}'))).status).toBe(200);

  const [forwarded] = application.events;
  expect(String(forwarded?.body)).toBe(event);
  const headers = forwarded?.headers as Record<string, string>;
  expect(new Webhook(secret).verify(event, headers)).toMatchObject({ event: 'payment.session.succeeded' });
});
