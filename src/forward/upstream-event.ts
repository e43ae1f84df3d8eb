import type { Held } from '../delivery/delivery.ts';

export interface UpstreamEvent {
  readonly body: Buffer;
  /** Names and values alternating; without Content-Length, Connection and Transfer-Encoding, which are set here. */
  readonly headers: readonly string[];
  /** Path and query as the sender wrote them; the path prefix of the upstream's URL is put before it. */
  readonly path: string;
  /** Where there is no room for the answer's body, it is dropped. */
  readonly held?: Held | undefined;
}

export type UpstreamResult =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Names and values alternating, as they came over the wire. */
      readonly headers: readonly string[];
      readonly body: Buffer;
      /** The body was longer than `maxAnswerBytes`, or there was no room for it: it was read to its end, and `body` is empty. */
      readonly bodyDropped: boolean;
    }
  /** Not one byte was sent. */
  | { readonly kind: 'unreachable'; readonly cause: Error }
  /** The deadline passed. `sent`: the application may have run; otherwise not one byte was sent, nor will be. */
  | { readonly kind: 'timeout'; readonly sent: boolean }
  /** The connection was lost, or the answer was no HTTP, after sending: the application may have run. */
  | { readonly kind: 'broken'; readonly cause: Error };
