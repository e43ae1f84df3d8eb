import { Series } from './series.ts';

/**
 * A counter with two labels, for what is counted with every delivery: prom-client's own joins the labels to a text
 * each time. A registry asks it for its values as it asks its own.
 */
export class PairCounter<First extends string, Second extends string> {
  readonly type = 'counter';
  readonly aggregator = 'sum';
  readonly name: string;
  readonly help: string;
  readonly #series: Series<{ count: number }>;

  constructor(name: string, help: string, labelNames: readonly [First, Second]) {
    this.name = name;
    this.help = help;
    this.#series = new Series(labelNames, () => ({ count: 0 }));
  }

  /** Values of the two labels, in the order of their names. */
  inc(first: string, second: string): void {
    this.#series.of(first, second).count += 1;
  }

  /** Lets the series exist at 0. */
  zero(first: string, second: string): void {
    this.#series.of(first, second);
  }

  remove(first: string, second: string): void {
    this.#series.remove(first, second);
  }

  async get() {
    const { name, help, type, aggregator } = this;
    const values = Array.from(this.#series.entries(), ({ labels, value }) => ({
      labels,
      value: value.count,
    }));
    return { name, help, type, aggregator, values };
  }
}
