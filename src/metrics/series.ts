/** The series of one metric, found by the values of two labels, or the single one of a metric without labels. */
export class Series<Value> {
  readonly #labelNames: readonly string[];
  readonly #make: () => Value;
  readonly #values = new Map<string, Map<string, Value>>();

  constructor(labelNames: readonly [] | readonly [string, string], make: () => Value) {
    this.#labelNames = labelNames;
    this.#make = make;
  }

  /** Made on first use. */
  of(first: string, second: string): Value {
    let values = this.#values.get(first);
    if (values === undefined) {
      values = new Map();
      this.#values.set(first, values);
    }
    let value = values.get(second);
    if (value === undefined) {
      value = this.#make();
      values.set(second, value);
    }
    return value;
  }

  /** Whether any series has this value of the first label. */
  has(first: string): boolean {
    return this.#values.has(first);
  }

  remove(first: string, second: string): void {
    const values = this.#values.get(first);
    values?.delete(second);
    if (values?.size === 0) this.#values.delete(first);
  }

  *entries(): Generator<{ readonly labels: Readonly<Record<string, string>>; readonly value: Value }> {
    const [firstName, secondName] = this.#labelNames;
    for (const [first, values] of this.#values) {
      for (const [second, value] of values) {
        const isLabelled = firstName !== undefined && secondName !== undefined;
        yield { labels: isLabelled ? { [firstName]: first, [secondName]: second } : {}, value };
      }
    }
  }
}
