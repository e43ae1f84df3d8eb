/** The middle one; of an even number the upper of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
}

/** The value that `share` of the values (0 to 1) do not exceed: the nearest rank. NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** What the rounds of one row gave. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/**
 * Lets the rows take turns, so that whatever else the machine does weighs on all of them; the order turns round every
 * time, and the first round only warms up. Gives each row's results, in the order of the rows. `isAgain` looks at what a
 * round gave, in the order of the rows too, and says whether it is played once more in place of counting.
 */
export async function alternate<Row extends { readonly title: string }, Result>(
  rows: readonly Row[],
  rounds: number,
  play: (row: Row, round: number) => Promise<Result>,
  isAgain: (played: readonly Result[]) => boolean = () => false,
): Promise<Result[][]> {
  const results: Result[][] = rows.map(() => []);
  await playRound(rows, -1, play);
  for (let round = 0; round < rounds; ) {
    const played = await playRound(rows, round, play);
    if (isAgain(played)) continue;
    for (const [place, result] of played.entries()) results[place]?.push(result);
    round += 1;
  }
  return results;
}

async function playRound<Row extends { readonly title: string }, Result>(
  rows: readonly Row[],
  round: number,
  play: (row: Row, round: number) => Promise<Result>,
): Promise<Result[]> {
  const played = new Array<Result>(rows.length);
  const order = [...rows.entries()];
  if (round % 2 !== 0) order.reverse();
  for (const [place, row] of order) {
    played[place] = await play(row, round).catch((error: unknown) => {
      throw new Error(`${row.title} failed in round ${round}`, { cause: error });
    });
  }
  return played;
}

/**
 * Median of the ratios of each round to the round of another row beside it, which other load on the machine moves less
 * than the ratio of the medians.
 */
export function ratioOfRounds(values: readonly number[], others: readonly number[]): number {
  return median(values.map((value, round) => value / (others[round] ?? Number.NaN)));
}

/** Median of what each round has more than the round of another row beside it. */
export function differenceOfRounds(values: readonly number[], others: readonly number[]): number {
  return median(values.map((value, round) => value - (others[round] ?? Number.NaN)));
}

/** Mean ratio of rounds side by side without the fifth at either end, and twice its standard error. */
export function trimmedRatio(
  own: readonly number[],
  base: readonly number[],
): { ratio: number; error: number } {
  const sorted = own
    .map((cost, round) => Math.log(cost / (base[round] ?? Number.NaN)))
    .sort((left, right) => left - right);
  const cut = Math.floor(sorted.length / 5);
  const kept = sorted.slice(cut, sorted.length - cut);
  const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
  // What was cut off counts as the outermost of what was kept (Tukey and McLaughlin's error of a trimmed mean).
  const ends = [kept[0] as number, kept.at(-1) as number];
  const squares = [...kept, ...ends.flatMap((end) => new Array<number>(cut).fill(end))].reduce(
    (sum, value) => sum + (value - mean) ** 2,
    0,
  );
  const deviation = Math.sqrt(squares / (sorted.length - 1));
  const error = (2 * deviation) / (0.6 * Math.sqrt(sorted.length));
  return { ratio: Math.exp(mean), error };
}
