import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Address, parseAddress } from '../../src/addresses/address.ts';
import { compileAddressSet } from '../../src/addresses/address-set.ts';
import { parseRange, type Range } from '../../src/addresses/range.ts';
import { loadEverything } from '../../src/app/load/load.ts';
import { secret } from '../load/events.ts';
import { addressTexts, rangeTexts, writeAllowlist } from '../peers/allowlists.ts';

export interface LookUpTimes {
  readonly size: number;
  /** Processor time of reading the ranges and compiling the set. */
  readonly loadMs: number;
  readonly nsPerLookUp: readonly number[];
}

const lookUps = 1_000_000;
/** A power of two. */
const probeCount = 4096;

/** The sizes take turns, so that none has the warmer machine. */
export function lookUpTimes(sizes: readonly number[], rounds: number): LookUpTimes[] {
  const probes = addressTexts(probeCount).map(readAddress);
  const built = sizes.map((size) => {
    const texts = rangeTexts(size);
    const startedMs = processorMs();
    const set = compileAddressSet(texts.map(readRange));
    return { size, set, loadMs: processorMs() - startedMs, nsPerLookUp: [] as number[] };
  });
  for (let round = -1; round < rounds; round++) {
    for (const { set, nsPerLookUp } of built) {
      const ns = timeLookUps(set.has, probes);
      if (round >= 0) nsPerLookUp.push(ns);
    }
  }
  return built.map(({ size, loadMs, nsPerLookUp }) => ({ size, loadMs, nsPerLookUp }));
}

/** The longest stalls of this process's loop in `loadEverything`, the work of a reload. */
export async function reloadStallsMs(folder: string, size: number, rounds: number): Promise<number[]> {
  const keys = join(folder, 'keys');
  mkdirSync(keys);
  writeFileSync(join(keys, 'primary'), secret);
  const config = join(folder, 'hookgate.yaml');
  writeFileSync(
    config,
    `upstream: { url: "http://127.0.0.1:1" }\nroutes: [{ name: a, path: /a }]\n` +
      `allowlist: { file: ${writeAllowlist(folder, size)} }\nchecksum: { keysDirectory: ${keys} }\n`,
  );
  const stallsMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const result = await loadEverything({ file: config, flags: {}, env: {} });
    // The last stretch of work counts once the monitor's timer has had its turn after it.
    await new Promise((resolve) => setTimeout(resolve, 5));
    delay.disable();
    if (result.kind !== 'ok') throw new Error(JSON.stringify(result.problems));
    stallsMs.push(delay.max / 1e6);
  }
  return stallsMs;
}

function timeLookUps(has: (address: Address) => boolean, probes: readonly Address[]): number {
  let found = 0;
  const startedMs = processorMs();
  for (let index = 0; index < lookUps; index++) {
    if (has(probes[index & (probeCount - 1)] as Address)) found += 1;
  }
  const elapsedMs = processorMs() - startedMs;
  // The count is used, so that the compiler cannot leave the look-ups out.
  if (found > lookUps) throw new Error('counted too many');
  return (elapsedMs * 1e6) / lookUps;
}

/** Of this process, all threads; unlike the clock it does not run on while others have the processor. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function readAddress(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(text);
  return address;
}

function readRange(text: string): Range {
  const parsed = parseRange(text);
  if (parsed.kind === 'invalid') throw new Error(`${text}: ${parsed.problem}`);
  return parsed.range;
}
