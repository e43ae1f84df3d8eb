import type { Rejection } from './rejections.ts';

/** Whether an answer ends with its head, whatever its fields say (RFC 9112 section 6.3, rule 1). */
export function endsWithHead(status: number): boolean {
  return status < 200 || status === 204 || status === 304;
}

/** How a delivery can end: the `outcome` label of `hookgate_deliveries_total`. */
export const outcomes = [
  'forwarded',
  'duplicate',
  'filtered',
  'rejected',
  'upstream_refused',
  'upstream_failed',
] as const;

export type Outcome = (typeof outcomes)[number];

/** An answer that is not a refusal: the application's, or the gate's own 200. */
export class Answer {
  readonly outcome: Exclude<Outcome, 'rejected' | 'upstream_failed'>;
  readonly status: number;
  /** Names and values alternating; end-to-end header fields only. */
  readonly headers: readonly string[];
  readonly body: Buffer | undefined;

  constructor(outcome: Answer['outcome'], status: number, headers: readonly string[], body?: Buffer) {
    this.outcome = outcome;
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/** How a delivery ends for the sender. */
export type Settlement = Answer | Rejection;

/** The path is no webhook route and `otherPaths` is `passthrough`: the request may be streamed to the application. */
export class PassThrough {
  readonly kind = 'pass_through';
}

/** What a gate can end a delivery with: an answer, a refusal, or leave to stream the request through. */
export type Ending = Settlement | PassThrough;
