import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { explain } from '../../src/app/explain.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test.each([
  ['a comma within a text', '{"city":"Lagos, Nigeria","says":"\\", "}', false],
  ['a blank behind a comma', '{"city":"Lagos", "state":"Lagos"}', true],
  ['a blank behind a colon', '{"city": "Lagos"}', true],
])('%s', async (_name, body, isTold) => {
  const keysDirectory = join(temporaryDirectory(), 'keys');
  mkdirSync(keysDirectory);
  writeFileSync(join(keysDirectory, 'live'), 'sk_of-a-test-with-enough-letters');

  const told = await explain({
    body: Buffer.from(body),
    headers: ['x-paystack-signature', '00'.repeat(64)],
    sources: undefined,
    keysDirectory,
    scheme: 'paystack',
    address: undefined,
    otherKeys: [],
  });

  if (told.kind !== 'explained') throw new Error('the question has problems');
  const { refusedBy, sentences } = told.explanation;
  expect(refusedBy).toBe('checksum_mismatch');
  expect(sentences.some((sentence) => sentence.includes('blanks between its members'))).toBe(isTold);
});
