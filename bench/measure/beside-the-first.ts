import { median, trimmedRatio } from './rounds.ts';

/**
 * What each row of a comparison cost, in lines for a terminal: its title, the median in microseconds and its ratio to the
 * first row with an error. `costs` has the rounds of each row, in the order of the titles.
 */
export function besideTheFirst(
  titles: readonly string[],
  costs: readonly (readonly number[])[],
  digits = 1,
): string[] {
  const [base = []] = costs;
  return titles.map((title, place) => {
    const own = costs[place] ?? [];
    const { ratio, error } = trimmedRatio(own, base);
    return `${title} | ${median(own).toFixed(digits)} | ${ratio.toFixed(3)} ± ${error.toFixed(3)}`;
  });
}
