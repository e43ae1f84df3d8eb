/**
 * What the embedded store costs by itself: `node bench/store.ts [--quick]`. Processor time of claim and confirm
 * beyond the memory store's, the time a record takes beyond the disk's own fsync, stalls of the event loop while two
 * million events are remembered and swept, and what grows with ten million.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { DuplicateStore } from '../src/delivery/duplicate-store.ts';
import { createMemoryStore } from '../src/stores/memory.ts';
import { storedBytes, writeRememberedEvents } from './peers/remembered.ts';
import { timeFsyncs } from './store/fsync.ts';
import { counted, openBenchStore } from './store/open.ts';
import { newKeys, type Played, playAtFullSpeed, playPaced, retentionMs } from './store/play.ts';

const quick = process.argv.includes('--quick');
const rounds = quick ? 3 : 9;
const seconds = quick ? 2 : 5;
const perSecond = 1000;
const atOnce = 32;
const swept = quick ? 200_000 : 2_000_000;
const many = quick ? 200_000 : 10_000_000;
// Not tmpdir() where that is in memory: HOOKGATE_BENCH_DIRECTORY names a folder on the disk that is meant.
const directory = mkdtempSync(join(process.env.HOOKGATE_BENCH_DIRECTORY ?? tmpdir(), 'hookgate-store-'));

try {
  await printCost();
  await printStalls();
  await printGrowth();
} finally {
  rmSync(directory, { recursive: true });
}

async function printCost(): Promise<void> {
  const { store: embedded } = await openBenchStore(join(directory, 'events.db'));
  const memory = createMemoryStore({ maxKeys: 10_000_000, now: () => performance.now() });
  const modes = {
    [`${perSecond}/s`]: (store: DuplicateStore) => playPaced(store, newKeys(perSecond * seconds), perSecond),
    [`full speed, ${atOnce} at once`]: (store: DuplicateStore) =>
      playAtFullSpeed(store, newKeys(perSecond * seconds * 4), atOnce),
  };
  console.log(
    `processor time of claim and confirm, all threads, µs an event: median (least-most) of ${rounds} rounds`,
  );
  for (const [name, play] of Object.entries(modes)) {
    const costs = { embedded: [] as number[], memory: [] as number[], more: [] as number[] };
    const [latencies, fsyncs]: number[][] = [[], []];
    // The stores take turns, so that none has the warmer machine; the first round warms up.
    for (let round = 0; round <= rounds; round++) {
      const fsyncsMs = await timeFsyncs(directory, 1000);
      const played = { embedded: await play(embedded), memory: await play(memory) };
      if (round === 0) continue;
      costs.embedded.push(costOf(played.embedded));
      costs.memory.push(costOf(played.memory));
      costs.more.push(costOf(played.embedded) - costOf(played.memory));
      latencies?.push(...played.embedded.latenciesMs);
      fsyncs?.push(...fsyncsMs);
    }
    console.log(
      `${name}: embedded ${spread(costs.embedded)}, memory ${spread(costs.memory)}, embedded beyond memory ${spread(costs.more)}`,
    );
    console.log(`  a record took p50 ${quantiles(latencies)}; the disk's own fsync p50 ${quantiles(fsyncs)}`);
  }
  await embedded.close();
}

async function printStalls(): Promise<void> {
  const file = join(directory, 'swept.db');
  const startMs = Date.now();
  // Every second one ends before the sweep comes.
  writeRememberedEvents(file, swept, (index) => startMs + (index % 2 === 0 ? 60_000 : retentionMs));
  // One walk through the file after the other, where a gate takes one an hour.
  const { store, setOn } = await openBenchStore(file, { sweepEveryMs: 1 });
  const before = await counted(store);
  for (let minute = 0; minute < 7; minute++) {
    setOn(59_000);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const stallsMs: number[] = [];
  const latenciesMs: number[] = [];
  let sent = 0;
  for (let round = 0; round < rounds; round++) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    latenciesMs.push(...(await playPaced(store, newKeys(perSecond * seconds), perSecond)).latenciesMs);
    delay.disable();
    sent += perSecond * seconds;
    stallsMs.push(delay.max / 1e6);
  }
  const removed = before + sent - (await counted(store));
  console.log(
    `\nlongest stall of the event loop at ${perSecond}/s with ${swept} remembered, ${removed} of them swept meanwhile: ` +
      `${spread(stallsMs, 1)} ms; a record took p50 ${quantiles(latenciesMs)}`,
  );
  await store.close();
}

async function printGrowth(): Promise<void> {
  const full = join(directory, 'many.db');
  writeRememberedEvents(full, many, () => Date.now() + retentionMs);
  const bytes = storedBytes(full) / many;
  const stores = [
    { name: '0', costs: [] as number[], ...(await openBenchStore(join(directory, 'none.db'))) },
    { name: String(many), costs: [] as number[], ...(await openBenchStore(full)) },
  ] as const;
  for (const { store } of stores) await counted(store);
  for (let round = 0; round <= rounds; round++) {
    for (const { store, costs } of stores) {
      const cost = costOf(await playAtFullSpeed(store, newKeys(perSecond * seconds * 4), atOnce));
      if (round > 0) costs.push(cost);
    }
  }
  console.log('\nremembered at the start | µs an event at full speed');
  for (const { name, costs, store } of stores) {
    console.log(`${name} | ${spread(costs)}`);
    await store.close();
  }
  const ratios = stores[1].costs.map((cost, round) => cost / (stores[0].costs[round] as number));
  console.log(`ratio ${spread(ratios, 2)}; the file takes ${bytes.toFixed(1)} bytes an event`);
}

function costOf({ processorUs, latenciesMs }: Played): number {
  return processorUs / latenciesMs.length;
}

function spread(values: readonly number[], digits = 1): string {
  const sorted = values.toSorted((a, b) => a - b);
  const [least = 0, most = 0] = [sorted[0], sorted.at(-1)];
  return `${quantile(sorted, 0.5).toFixed(digits)} (${least.toFixed(digits)}-${most.toFixed(digits)})`;
}

function quantiles(values: readonly number[] = []): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string => quantile(sorted, share).toFixed(2);
  return `${at(0.5)}, p99 ${at(0.99)}, p99.9 ${at(0.999)} ms`;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
