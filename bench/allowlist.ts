/**
 * `node bench/allowlist.ts`: processor time of a look-up in the allowlist and of loading it; how long a reload holds up
 * the event loop; and what an event costs a whole gate with few ranges and with many.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Pool } from 'undici';
import { type Address, parseAddress } from '../src/addresses/address.ts';
import { compileAddressSet } from '../src/addresses/address-set.ts';
import { parseRange, type Range } from '../src/addresses/range.ts';
import { loadEverything } from '../src/app/load.ts';
import { createEvents, secret } from './events.ts';
import { costOf } from './processor-time.ts';
import { createPrograms } from './programs.ts';
import { sendAll } from './send-all.ts';

const lookUps = 2_000_000;
const rounds = 5;

const probes = Array.from({ length: 4096 }, (_, index) => randomAddress(index));
const sizes = [10, 1_000, 100_000];
const built = sizes.map((size) => {
  const texts = Array.from({ length: size }, (_, index) => randomRange(index));
  const startedMs = processorMs();
  const set = compileAddressSet(texts.map(readRange));
  return { size, set, loadMs: processorMs() - startedMs };
});

// The sizes take turns, so that none has the warmer machine; the median round counts.
const rows = built.map((one) => ({ ...one, nsPerLookUp: [] as number[] }));
for (let round = 0; round < rounds; round++) {
  for (const row of rows) row.nsPerLookUp.push(measure(row.set.has));
}

console.log('ranges     load    look-up');
for (const { size, loadMs, nsPerLookUp } of rows) {
  console.log(
    `${String(size).padStart(7)} ${loadMs.toFixed(1).padStart(6)} ms ${median(nsPerLookUp).toFixed(0).padStart(5)} ns`,
  );
}
const [small, , large] = rows.map(({ nsPerLookUp }) => median(nsPerLookUp)) as [number, number, number];
console.log(
  `difference between ${sizes[0]} and ${sizes[2]} ranges: ${(large - small).toFixed(0)} ns a look-up`,
);

const directory = mkdtempSync(join(tmpdir(), 'hookgate-bench-'));
const programs = createPrograms(directory);
try {
  await printReloadStall();
  await printGateCost();
} finally {
  programs.end();
  rmSync(directory, { recursive: true });
}

/** Of `loadEverything`, the work of a reload, with the list in the usual layout. */
async function printReloadStall(): Promise<void> {
  const keys = join(directory, 'keys');
  mkdirSync(keys, { recursive: true });
  writeFileSync(join(keys, 'primary'), secret);
  const file = listOf(100_000);
  const config = join(directory, 'hookgate.yaml');
  writeFileSync(
    config,
    `upstream: { url: "http://127.0.0.1:1" }\nroutes: [{ name: a, path: /a }]\n` +
      `allowlist: { file: ${file} }\nchecksum: { keysDirectory: ${keys} }\n`,
  );
  const stallsMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const result = await loadEverything({ file: config, flags: {}, env: {} });
    await new Promise((resolve) => setTimeout(resolve, 5));
    delay.disable();
    if (result.kind !== 'ok') throw new Error(JSON.stringify(result.problems));
    stallsMs.push(delay.max / 1e6);
  }
  console.log(
    `longest stall of the event loop in a reload with 100000 ranges: ${median(stallsMs).toFixed(1)} ms ` +
      `(median of ${rounds}; worst ${Math.max(...stallsMs).toFixed(1)} ms)`,
  );
}

/** The gates take turns, so that none has the warmer machine. */
async function printGateCost(): Promise<void> {
  const upstream = await programs.startApplication();
  const nextEvent = createEvents();
  const gates = [];
  for (const size of [10, 100_000]) {
    const env = { HOOKGATE_ALLOWLIST_FILE: listOf(size), HOOKGATE_DUPLICATES_STORE: 'memory' };
    const gate = await programs.startGate(upstream, [], { env, withoutAllow: true });
    gates.push({ size, gate, pool: new Pool(`http://127.0.0.1:${gate.port}`), costsUs: [] as number[] });
  }
  for (let round = 0; round <= rounds; round++) {
    for (const { gate, pool, costsUs } of gates) {
      const before = costOf(gate.child.pid as number);
      await sendAll(pool, nextEvent, { count: 4000, concurrency: 32 });
      const after = costOf(gate.child.pid as number);
      // The first round warms up.
      if (round > 0) costsUs.push(((after.processorMs - before.processorMs) * 1000) / 4000);
    }
  }
  for (const { size, costsUs, pool } of gates) {
    const [least, most] = [Math.min(...costsUs), Math.max(...costsUs)];
    console.log(
      `an event through a gate with ${size} ranges: ${median(costsUs).toFixed(0)} us (${least.toFixed(0)}-${most.toFixed(0)})`,
    );
    await pool.destroy();
  }
}

function listOf(size: number): string {
  const file = join(directory, `allowlist-${size}.yaml`);
  const ranges = Array.from({ length: size - 1 }, (_, index) => `  - ${randomRange(index)}\n`);
  writeFileSync(file, `addresses:\n  - 127.0.0.1\n${ranges.join('')}`);
  return file;
}

function measure(has: (address: Address) => boolean): number {
  let found = 0;
  const startedMs = processorMs();
  for (let index = 0; index < lookUps; index++) {
    if (has(probes[index & 4095] as Address)) found += 1;
  }
  const elapsedMs = processorMs() - startedMs;
  if (found > lookUps) throw new Error('counted too many');
  return (elapsedMs * 1e6) / lookUps;
}

/** Of this process, all threads; unlike the clock it does not run on while others have the processor. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] as number;
}

/** Spread over the whole space, the same in each run. */
function spread(index: number): number {
  return Math.imul(index + 1, 0x9e3779b1) >>> 0;
}

function randomAddress(index: number): Address {
  const word = spread(index * 7);
  const text =
    index % 4 === 0
      ? `2001:db8:${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}::1`
      : `${(word >>> 24) % 224}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
  const address = parseAddress(text);
  if (address === undefined) throw new Error(text);
  return address;
}

function randomRange(index: number): string {
  const word = spread(index);
  return index % 4 === 0
    ? `2001:db8:${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}::/64`
    : `${(word >>> 24) % 224}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.0/24`;
}

function readRange(text: string): Range {
  const parsed = parseRange(text);
  if (parsed.kind === 'invalid') throw new Error(`${text}: ${parsed.problem}`);
  return parsed.range;
}
