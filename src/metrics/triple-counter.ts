import { Series } from './series.ts';

/** A counter with three labels, the first of which has few values; otherwise as a `PairCounter`. */
export class TripleCounter<Label extends string> {
  readonly type = 'counter';
  readonly aggregator = 'sum';
  readonly name: string;
  readonly help: string;
  readonly #labelNames: readonly [Label, Label, Label];
  readonly #byFirst = new Map<string, Series<{ count: number }>>();

  constructor(name: string, help: string, labelNames: readonly [Label, Label, Label]) {
    this.name = name;
    this.help = help;
    this.#labelNames = labelNames;
  }

  /**
   * Counts only beside a series of the first two labels that exists: a key that was taken away while its event was under
   * way must not come back.
   */
  inc(first: string, second: string, third: string): void {
    const series = this.#byFirst.get(first);
    if (series?.has(second) === true) series.of(second, third).count += 1;
  }

  /** Lets the series exist at 0. */
  zero(first: string, second: string, third: string): void {
    this.#seriesOf(first).of(second, third);
  }

  /** Lets only those series of one value of the first label stay of which `isKept` says so. */
  keep(first: string, isKept: (second: string, third: string) => boolean): void {
    const series = this.#seriesOf(first);
    const [, secondName, thirdName] = this.#labelNames;
    for (const { labels } of [...series.entries()]) {
      const [second = '', third = ''] = [labels[secondName], labels[thirdName]];
      if (!isKept(second, third)) series.remove(second, third);
    }
  }

  /** The values of the first label that have series. */
  get firsts(): readonly string[] {
    return [...this.#byFirst.keys()];
  }

  async get() {
    const { name, help, type, aggregator } = this;
    const [firstName] = this.#labelNames;
    const values = [...this.#byFirst].flatMap(([first, series]) =>
      Array.from(series.entries(), ({ labels, value }) => ({
        labels: { [firstName]: first, ...labels },
        value: value.count,
      })),
    );
    return { name, help, type, aggregator, values };
  }

  #seriesOf(first: string): Series<{ count: number }> {
    let series = this.#byFirst.get(first);
    if (series === undefined) {
      const [, second, third] = this.#labelNames;
      series = new Series([second, third], () => ({ count: 0 }));
      this.#byFirst.set(first, series);
    }
    return series;
  }
}
