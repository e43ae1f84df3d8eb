import type { PostResult } from './post.ts';

/** What became of all that was sent. */
export interface Summary {
  /** Attempts, retries included. */
  readonly sent: number;
  readonly answered200: number;
  /** Of those answered 200, the ones that the gate marked as repeats. */
  readonly duplicates: number;
  /** Attempts by what they got instead of 200, such as `401 checksum_mismatch` or `no answer: ECONNREFUSED`. */
  readonly others: Readonly<Record<string, number>>;
  /** Deliveries that were tried, and not answered 200 in the end. */
  readonly undelivered: number;
  /** Deliveries that were not tried, since the sending was stopped before. */
  readonly unsent: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
}

/** Counts attempts. */
export class Tally {
  #expected: number;
  #delivered = 0;
  #answered200 = 0;
  #duplicates = 0;
  #others = new Map<string, number>();
  #latenciesMs: number[] = [];

  /** `expected`: deliveries that are to end with 200. */
  constructor(expected: number) {
    this.#expected = expected;
  }

  add(attempt: PostResult): void {
    this.#latenciesMs.push(attempt.latencyMs);
    if (attempt.status === 200) {
      this.#delivered += 1;
      this.#answered200 += 1;
      if (attempt.duplicate) this.#duplicates += 1;
      return;
    }
    const kind = describeOutcome(attempt);
    this.#others.set(kind, (this.#others.get(kind) ?? 0) + 1);
  }

  /** `tried`: how many deliveries had at least one attempt. */
  summary(tried: number): Summary {
    const sorted = Float64Array.from(this.#latenciesMs).sort();
    return {
      sent: sorted.length,
      answered200: this.#answered200,
      duplicates: this.#duplicates,
      others: Object.fromEntries([...this.#others].sort(([a], [b]) => (a < b ? -1 : 1))),
      undelivered: tried - this.#delivered,
      unsent: this.#expected - tried,
      latencyMs: { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) },
    };
  }
}

/** `200`, `200 duplicate`, `401 checksum_mismatch`, `no answer: ECONNREFUSED`. */
export function describeOutcome(attempt: PostResult): string {
  if (attempt.status === undefined) return `no answer: ${attempt.code ?? 'unknown'}`;
  const remark = attempt.duplicate ? 'duplicate' : attempt.code;
  return remark === undefined ? `${attempt.status}` : `${attempt.status} ${remark}`;
}

/** Nearest rank; 0 for no values at all. */
function quantile(sorted: Float64Array, share: number): number {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return Math.round(value * 100) / 100;
}
