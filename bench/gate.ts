/**
 * What a verified, deduplicated, logged and counted event costs, against a bare http-proxy hop: processor time from
 * the kernel's books, alternating rounds in one run. `node bench/gate.ts [rounds] [events a round]`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'undici';
import { createEvents } from './events.ts';
import { costOf } from './processor-time.ts';
import { createPrograms, type Started } from './programs.ts';
import { sendAll } from './send-all.ts';

const [rounds = 7, eventsPerRound = 2000] = process.argv.slice(2).map(Number);
const concurrency = 32;
const directory = mkdtempSync(join(tmpdir(), 'hookgate-bench-'));
const programs = createPrograms(directory);
const nextEvent = createEvents();

interface Row extends Started {
  readonly name: string;
  readonly pool: Pool;
  readonly idleMiB: number;
  readonly costsUs: number[];
}

try {
  const upstream = await programs.startApplication();
  const memoryStore = { env: { HOOKGATE_DUPLICATES_STORE: 'memory' } };
  const redisStore = {
    env: { HOOKGATE_DUPLICATES_STORE: 'redis', HOOKGATE_DUPLICATES_REDIS_URL: await programs.startRedis() },
  };
  const nodesOwn = { interpreter: [process.execPath] };
  const rows = [
    rowOf('hookgate, embedded store', await programs.startGate(upstream, storeIn('events.db'))),
    rowOf(
      'hookgate, embedded store, heap as Node sets it',
      await programs.startGate(upstream, storeIn('defaults.db'), nodesOwn),
    ),
    rowOf('hookgate, memory store', await programs.startGate(upstream, [], memoryStore)),
    rowOf('hookgate, redis store', await programs.startGate(upstream, [], redisStore)),
    rowOf('http-proxy hop, defaults', await programs.startHop(upstream, [])),
    rowOf('http-proxy hop, keep-alive agent', await programs.startHop(upstream, ['keep-alive'])),
  ];
  for (const row of rows) await playRound(row);
  for (let round = 0; round < rounds; round++) {
    for (const row of rows) row.costsUs.push(await playRound(row));
  }
  report(rows);
  await Promise.all(rows.map(({ pool }) => pool.destroy()));
} finally {
  programs.end();
  rmSync(directory, { recursive: true });
}

function rowOf(name: string, started: Started): Row {
  // The hops close idle connections after 5 s, which is while the other rows have their rounds.
  const idle = { keepAliveTimeout: 1_000, keepAliveMaxTimeout: 1_000 };
  const pool = new Pool(`http://127.0.0.1:${started.port}`, { connections: concurrency, ...idle });
  return { ...started, name, pool, idleMiB: costOf(started.child.pid as number).residentMiB, costsUs: [] };
}

function storeIn(name: string): string[] {
  return ['--store-file', join(directory, name)];
}

/** Microseconds of processor time an event. */
async function playRound({ child, pool }: Row): Promise<number> {
  const before = costOf(child.pid as number).processorMs;
  await sendAll(pool, nextEvent, { count: eventsPerRound, concurrency });
  return ((costOf(child.pid as number).processorMs - before) * 1000) / eventsPerRound;
}

function report(rows: readonly Row[]): void {
  const bare = rows.find(({ name }) => name === 'http-proxy hop, defaults') as Row;
  console.log(
    `processor time an event (800 bytes, keep-alive, ${concurrency} at once), ${rounds} alternating rounds`,
  );
  console.log('row | µs median (least-most) | of the bare hop | ready ms | MiB idle | MiB loaded');
  for (const row of rows) {
    const sorted = row.costsUs.toSorted((a, b) => a - b);
    const spread = `${Math.round(sorted[0] as number)}-${Math.round(sorted.at(-1) as number)}`;
    // Each round against the bare hop's round beside it, so that what else the machine does weighs on both.
    const ratio = median(row.costsUs.map((cost, round) => cost / (bare.costsUs[round] as number)));
    const loadedMiB = Math.round(costOf(row.child.pid as number).residentMiB);
    console.log(
      `${row.name} | ${Math.round(median(sorted))} (${spread}) | ${ratio.toFixed(2)} | ${Math.round(row.readyMs)} | ${Math.round(row.idleMiB)} | ${loadedMiB}`,
    );
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}
