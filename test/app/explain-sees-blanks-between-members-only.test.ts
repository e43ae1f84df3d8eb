import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { explain } from '../../src/app/explain/explain.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test.each([
  ['a comma within a text', '{"city":"Lagos, Nigeria","says":"\\", "}', false],
  ['a blank behind a comma', '{"city":"Lagos", "state":"Lagos"}', true],
  ['a text of many megabytes', `{"file":"${'x'.repeat(12_000_000)}"}`, false],
  ['a blank behind a colon', '{"city": "Lagos"}', true],
])('%s', async (_name, body, isTold) => {
  const directory = temporaryDirectory();
  const keysDirectory = join(directory, 'keys');
  mkdirSync(keysDirectory);
  writeFileSync(join(keysDirectory, 'live'), 'sk_of-a-test-with-enough-letters');
  const file = join(directory, 'hookgate.yaml');
  writeFileSync(
    file,
    `upstream: { url: "http://127.0.0.1:3000" }
allowlist: { mode: off }
limits: { body: 64MiB }
routes: [{ name: a, path: /a, scheme: paystack, keysDirectory: ${keysDirectory}, events: [e] }]`,
  );

  const told = await explain({
    body: Buffer.from(body),
    headers: ['x-paystack-signature', '00'.repeat(64)],
    sources: { file, env: {}, flags: {} },
    keysDirectory: undefined,
    scheme: undefined,
    address: undefined,
    otherKeys: [],
  });

  if (told.kind !== 'explained') throw new Error('the question has problems');
  const { refusedBy, sentences } = told.explanation;
  expect(refusedBy).toBe('checksum_mismatch');
  expect(sentences.some((sentence) => sentence.includes('blanks between its members'))).toBe(isTold);
});
