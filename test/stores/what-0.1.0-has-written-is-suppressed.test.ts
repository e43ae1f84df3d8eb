import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { duplicateKey, scanEnvelope } from '../support/default-scheme.ts';
import { openTestStore } from '../support/embedded-store.ts';
import { startEventApplication } from '../support/event-application.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';
import { claimed, newKey } from '../support/store-keys.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** Written by version 0.1.0 on this day: 24 events in its table, 16 more in its log, a minute apart. */
const writtenMs = Date.UTC(2026, 10, 29);
const day = 24 * 3_600_000;
const fixtures = join(import.meta.dirname, '../fixtures/store-0.1.0');
const events = JSON.parse(readFileSync(join(fixtures, 'events.json'), 'utf8')) as {
  event: string;
  data: string;
  key: string;
}[];

/** A copy of the file: as a stop leaves it, or as a `kill -9` does, with its write-ahead log. */
function copyOf(name: 'closed' | 'killed'): string {
  const file = join(temporaryDirectory(), 'events.db');
  for (const end of ['', '-wal']) {
    const from = join(fixtures, `${name}.db${end}`);
    if (existsSync(from)) copyFileSync(from, `${file}${end}`);
  }
  return file;
}

test('each event has the duplicate key that 0.1.0 gave it', () => {
  for (const { event, data, key } of events) {
    const scan = scanEnvelope(signedEvent(event, data));
    expect(scan.kind === 'envelope' && duplicateKey('juicyway', scan.envelope)).toBe(key);
  }
});

test.each(['closed', 'killed'] as const)(
  'a file that 0.1.0 has %s goes on suppressing, through a gate and a second start',
  async (name) => {
    const file = copyOf(name);
    const passed = { ms: 0 };
    const wallClock = () => writtenMs + day + passed.ms;
    const opened = await openTestStore({ file, now: () => passed.ms, wallClock });
    const application = await startEventApplication();
    const gate = await runGate(application.url, {}, opened.store);
    for (const { event, data } of events) {
      const { status, headers } = await gate.post(signedEvent(event, data));
      expect([status, headers.get('hookgate-duplicate')]).toEqual([200, 'true']);
    }
    expect(application.events).toEqual([]);

    const added = newKey();
    await opened.store.confirm(added, await claimed(opened.store, added, day), 7 * day);
    await opened.store.close();
    const { store: again } = await openTestStore({ file, now: () => passed.ms, wallClock });
    for (const key of [...events.map(({ key }) => key), added])
      expect(await again.isDelivered(key)).toBe(true);
    passed.ms += 6 * day + 3_600_000;
    const known = await Promise.all(events.map(({ key }) => again.isDelivered(key)));
    expect(known.filter(Boolean)).toEqual([]);
  },
);

test('bringing a file up to date is one step: killed in the middle of it, the file is as 0.1.0 left it', async () => {
  const file = copyOf('closed');
  const { bringUpToDate } = await import('../../src/stores/embedded/layout.ts');
  const database = new DatabaseSync(file);
  database.exec('BEGIN IMMEDIATE');
  bringUpToDate(database, 1);
  database.close();
  const { store } = await openTestStore({ file, wallClock: () => writtenMs + day });
  for (const { key } of events) expect(await store.isDelivered(key)).toBe(true);
});
