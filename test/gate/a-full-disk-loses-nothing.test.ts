import { statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';
import { mountSmallDisk } from '../support/small-disk.ts';

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
  const seen = (reference: string): number =>
    application.events.filter(({ body }) => body.includes(`"${reference}"`)).length;
  const figures = { sent: 0, accepted: 0, answered200: 0, answered503: 0, false200: 0, lost: 0, repeated: 0 };
  const send = async (reference: string): Promise<boolean> => {
    figures.sent += 1;
    const { status, code } = await gate.post(signedEvent('payment.session.succeeded', { reference }));
    if (status === 200) figures.answered200 += 1;
    else expect([status, code]).toEqual([503, 'store_unavailable']);
    if (status === 503) figures.answered503 += 1;
    if (status === 200 && seen(reference) === 0) figures.false200 += 1;
    return status === 200;
  };
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

  figures.accepted = application.events.length;
  figures.lost = references.filter((reference) => seen(reference) === 0).length;
  figures.repeated = figures.accepted - references.length;
  console.log(JSON.stringify(figures));
  expect(figures).toMatchObject({ false200: 0, lost: 0, repeated: 0 });
}, 120_000);

/** Takes every block that is left. */
function fill(disk: string, ballast: string): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize));
}
