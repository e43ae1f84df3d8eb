/** `node bench/allowlist.ts`: processor time of a look-up in the allowlist, and of loading it. */
import { type Address, parseAddress } from '../src/addresses/address.ts';
import { compileAddressSet } from '../src/addresses/address-set.ts';
import { parseRange, type Range } from '../src/addresses/range.ts';

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
