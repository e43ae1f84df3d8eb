import type { Problem } from '../config/problem.ts';
import { StoreRefused } from '../delivery/duplicate-store.ts';
import { hostAndPort } from '../values/host-brackets.ts';
import { whatWentWrong } from '../values/what-went-wrong.ts';

/** What became of a start: what runs, or why it does not. Nothing is left half started. */
export type Start<Running> =
  | ({ readonly kind: 'running' } & Running)
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] }
  | FailedStart;

interface FailedStart {
  readonly kind: 'failed';
  /** A port is taken, or the store cannot be opened. */
  readonly sentence: string;
}

/** Closes what the start has opened before it failed of `error`. */
export async function failedStart(error: unknown, closers: AsyncDisposableStack): Promise<FailedStart> {
  try {
    await closers.disposeAsync();
  } catch {
    // A closer failed; the others have run all the same. What is worth telling is why the start failed.
  }
  return { kind: 'failed', sentence: sentenceFor(error) };
}

function sentenceFor(error: unknown): string {
  if (error instanceof StoreRefused) return error.message;
  const { code, address, port } = Object(error) as { code?: string; address?: string; port?: number };
  // A path has no port.
  if (address === undefined || port === undefined || port < 0) return whatWentWrong(error);
  const place = hostAndPort(address, port);
  if (code === 'EADDRINUSE') return `${place} is taken by another process; choose another port`;
  if (code === 'EACCES') return `${place} may not be bound by this user; choose a port above 1023`;
  return whatWentWrong(error);
}
