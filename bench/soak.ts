/**
 * Whether memory stays flat, and what a remembered event takes on the disk: distinct events through one gate with the
 * embedded store. `node bench/soak.ts [events]`.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'undici';
import { createEvents } from './events.ts';
import { costOf } from './processor-time.ts';
import { createPrograms } from './programs.ts';
import { sendAll } from './send-all.ts';

const [events = 500_000] = process.argv.slice(2).map(Number);
const concurrency = 32;
const steps = 20;
const directory = mkdtempSync(join(tmpdir(), 'hookgate-soak-'));
const programs = createPrograms(directory);

try {
  const upstream = await programs.startApplication();
  const { child, port } = await programs.startGate(upstream, ['--store-file', join(directory, 'events.db')]);
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: concurrency });
  const nextEvent = createEvents();
  const count = Math.ceil(events / steps);
  console.log('events | MiB resident | µs of processor time an event | bytes on disk an event');
  for (let step = 1; step <= steps; step++) {
    const before = costOf(child.pid as number).processorMs;
    await sendAll(pool, nextEvent, { count, concurrency });
    const { processorMs, residentMiB } = costOf(child.pid as number);
    const costUs = ((processorMs - before) * 1000) / count;
    const bytes = Math.round(storedBytes() / (step * count));
    console.log(`${step * count} | ${Math.round(residentMiB)} | ${Math.round(costUs)} | ${bytes}`);
  }
  await pool.destroy();
} finally {
  programs.end();
  rmSync(directory, { recursive: true });
}

/** The database with its log. */
function storedBytes(): number {
  const files = readdirSync(directory).filter((name) => name.startsWith('events.db'));
  return files.reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
}
