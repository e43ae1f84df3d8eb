import type { Problem } from '../config/problem.ts';

/** What became of a start: what runs, or why it does not. Nothing is left half started. */
export type Start<Running> =
  | ({ readonly kind: 'running' } & Running)
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] }
  /** A sentence: a port is taken, or the store cannot be opened. */
  | { readonly kind: 'failed'; readonly sentence: string };
