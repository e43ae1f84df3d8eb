import { Series } from './series.ts';

/** How often each bucket was hit; the last one is for what is above every bound. */
class Buckets {
  readonly hits: number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.hits = new Array(bounds.length + 1).fill(0);
  }
}

/**
 * A histogram with two labels or none, for what is observed with every delivery: prom-client's own makes several
 * objects and a text of the labels each time. A registry asks it for its values as it asks its own.
 */
export class PairHistogram {
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly name: string;
  readonly help: string;
  readonly #bounds: readonly number[];
  readonly #series: Series<Buckets>;

  /** `bounds` ascend; a value belongs to the first that is not below it. */
  constructor(
    name: string,
    help: string,
    labelNames: readonly [] | readonly [string, string],
    bounds: readonly number[],
  ) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
    this.#series = new Series(labelNames, () => new Buckets(bounds));
  }

  /** Values of the two labels, in the order of their names. */
  observe(value: number, first = '', second = ''): void {
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket++;
    const buckets = this.#series.of(first, second);
    buckets.hits[bucket] = (buckets.hits[bucket] as number) + 1;
    buckets.sum += value;
  }

  /** Lets the series exist at 0. */
  zero(first = '', second = ''): void {
    this.#series.of(first, second);
  }

  async get() {
    const { name, help, type, aggregator } = this;
    return { name, help, type, aggregator, values: Array.from(this.#values()) };
  }

  /** The buckets add up, as Prometheus wants them. */
  *#values() {
    for (const { labels, value } of this.#series.entries()) {
      let count = 0;
      for (const [index, hits] of value.hits.entries()) {
        count += hits;
        const le = this.#bounds[index] ?? '+Inf';
        yield { metricName: `${this.name}_bucket`, labels: { le, ...labels }, value: count };
      }
      yield { metricName: `${this.name}_sum`, labels, value: value.sum };
      yield { metricName: `${this.name}_count`, labels, value: count };
    }
  }
}
