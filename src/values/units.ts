/** Here: durations and sizes, a decimal number and its unit, without space. */
const durationUnits: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const sizeUnits: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1_048_576 };

/** `250ms`, `2s`, `1.5h`, `7d` in whole milliseconds; undefined when it is no duration. */
export function parseDuration(text: string): number | undefined {
  return parseQuantity(text, durationUnits);
}

/** `512B`, `256KiB`, `1.5MiB` in whole bytes; undefined when it is no size. */
export function parseSize(text: string): number | undefined {
  return parseQuantity(text, sizeUnits);
}

/** A duration in its largest unit that makes a whole number: 90000 is `90s`. */
export function formatDuration(ms: number): string {
  const [unit, size] = Object.entries(durationUnits).findLast(
    ([, size]) => ms >= size && ms % size === 0,
  ) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,9})?)([A-Za-z]{1,3})$/.exec(text);
  const unit = match?.[2];
  if (match?.[1] === undefined || unit === undefined || !Object.hasOwn(units, unit)) return undefined;
  return Math.round(Number(match[1]) * (units[unit] ?? 1));
}
