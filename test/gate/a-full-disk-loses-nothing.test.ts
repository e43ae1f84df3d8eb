import { statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { runGate } from '../support/running-gate.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { createTalliedSender } from '../support/tallied-sender.ts';

const patience = { timeout: 30_000, interval: 100 };

/**
 * The disk of the store fills up under load, and later has room again. An answer of 200 always means that the
 * application has the event; whatever was answered otherwise goes through when it is tried again.
 */
test('a disk that fills up and is emptied again: none lost, none twice, no false 200', async ({ skip }) => {
  const disk = mountSmallDisk(2048);
  if (disk === undefined) return skip();
  const application = await startEventApplication();
  const gate = await runGate(application.url, {
    duplicates: `{ embedded: { file: ${join(disk, 'events.db')} } }`,
  });
  const ballast = join(disk, 'ballast');
  const up = (): Promise<number> => gate.metric('hookgate_duplicate_store_up');
  const { figures, send, close } = createTalliedSender(application, (body) => gate.post(body));
  const references = Array.from({ length: 400 }, (_, index) => `reference-${index}`);
  const waiting: string[] = [];

  for (const [index, reference] of references.entries()) {
    if (index === 100) fill(disk, ballast);
    if (!(await send(reference))) waiting.push(reference);
  }
  expect(await up()).toBe(0);
  expect(figures.answered503).toBeGreaterThan(0);
  truncateSync(ballast, 0);
  await vi.waitFor(async () => expect(await up()).toBe(1), patience);
  for (const reference of waiting) expect(await send(reference)).toBe(true);
  await vi.waitFor(async () => expect(await gate.metric('hookgate_unrecorded_events')).toBe(0), patience);
  for (const reference of references) expect(await send(reference)).toBe(true);

  expect(close(references)).toMatchObject({ false200: 0, lost: 0, repeated: 0 });
}, 120_000);

/** Takes every block that is left. */
function fill(disk: string, ballast: string): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize));
}
