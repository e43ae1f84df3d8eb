import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const plain = '[received, compact, sorted]';
const rewriting = '[received, compact, sorted, sorted+spaced+ascii]';

/** With a way that rewrites strings, the key is made over strings written in one way, so it is another one. */
test.each([
  ['a way that rewrites strings is listed', plain, rewriting],
  ['the last way that rewrites strings is taken off the list', rewriting, plain],
])('what was delivered before %s is known after it', async (_, before, after) => {
  const application = await startEventApplication();
  const file = join(temporaryDirectory(), 'events.db');
  const run = (encodings: string) =>
    runGate(application.url, {
      checksum: `{ keysDirectory: KEYS_DIRECTORY, encodings: ${encodings} }`,
      duplicates: `{ embedded: { file: ${file} } }`,
    });
  const delivered = signedEvent(
    'payment.session.succeeded',
    '{"url":"https:\\/\\/a.example","name":"\\u00e9"}',
  );
  const another = signedEvent(
    'payment.session.succeeded',
    '{"url":"https:\\/\\/b.example","name":"\\u00e9"}',
  );

  const first = await run(before);
  expect((await first.post(delivered)).status).toBe(200);
  await first.gate.stop();

  const second = await run(after);
  expect((await second.post(delivered)).headers.get('hookgate-duplicate')).toBe('true');
  expect((await second.post(another)).headers.get('hookgate-duplicate')).toBe(null);
  expect((await second.post(another)).headers.get('hookgate-duplicate')).toBe('true');
  expect(application.events).toHaveLength(2);
});
