import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { writeRememberedEvents } from '../../bench/peers/remembered.ts';
import { startEventApplication } from '../support/event-application.ts';
import { prepareGate, spawnGate } from '../support/gate-process.ts';

test('a page of the file that cannot be read: the gate ends with 1, and its log says what to do', async () => {
  const application = await startEventApplication();
  const places = await prepareGate(application.url);
  const file = places.flags.at(-1) as string;
  writeRememberedEvents(file, 5000, () => Date.now() + 3_600_000);
  const bytes = readFileSync(file);
  // Behind the roots of the tables: rows.
  bytes.fill(0, 4 * 4096);
  writeFileSync(file, bytes);

  const gate = spawnGate(places, { stdout: 'pipe' });
  let output = '';
  gate.stdout?.on('data', (chunk) => (output += chunk));
  const [status] = await once(gate, 'close');
  expect(status).toBe(1);
  expect(output).toMatch(/is damaged; restore it, or move it and its -wal file away/);
}, 60_000);
