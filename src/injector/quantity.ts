const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Whether two Kubernetes quantities are the same amount: `0.5` and `500m`, `1024Mi` and `1Gi`. */
export function sameQuantity(one: unknown, other: unknown): boolean {
  const [a, b] = [amount(one), amount(other)];
  return a !== undefined && b !== undefined && Math.abs(a - b) <= 1e-9 * Math.max(a, b);
}

/** Whether one amount is more than the other: sums of fractions, 0.1 and 0.05 cores, differ from their texts in the last digit. */
export function exceeds(one: number, other: number): boolean {
  return one - other > 1e-6;
}

export function isQuantity(text: string): boolean {
  return amount(text) !== undefined;
}

/** The amount in its base unit (cores, bytes); undefined for what is no quantity. */
export function amount(quantity: unknown): number | undefined {
  const match = /^\+?(\d+(?:\.\d*)?|\.\d+)(?:([eE][+-]?\d+)|([numkMGTPE]?|[KMGTPE]i))$/.exec(
    String(quantity),
  );
  const [, number, exponent = '', suffix = ''] = match ?? [];
  const factor = factors[suffix];
  return number === undefined || factor === undefined ? undefined : Number(number + exponent) * factor;
}
