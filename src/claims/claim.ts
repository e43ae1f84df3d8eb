import type { Settlement } from '../delivery/answer.ts';

/** The exclusive right to forward one event now. Call `accepted` or `release`, then `settle`, each once. */
export interface Claim {
  /** The store could not be asked, and the configuration says to forward then. */
  readonly withoutStore: boolean;
  /** The application accepted the event; resolves once that is durable or, failing that, remembered in memory. */
  accepted(): Promise<void>;
  /** The application did not accept it: the next attempt may claim it. */
  release(): Promise<void>;
  /** Answers all that wait for this attempt with its outcome. */
  settle(settlement: Settlement): void;
}

export type ClaimVerdict =
  | { readonly kind: 'claimed'; readonly claim: Claim }
  | { readonly kind: 'delivered' }
  /** The attempt in this process that it waited for has ended so. */
  | { readonly kind: 'joined'; readonly settlement: Settlement }
  | { readonly kind: 'in_flight'; readonly detail: string }
  | { readonly kind: 'overloaded' }
  | { readonly kind: 'store_unavailable'; readonly detail: string };
