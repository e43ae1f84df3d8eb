import { type ConfigSources, loadConfig } from '../../config/load-config.ts';
import type { Problem } from '../../config/problem.ts';
import { StoreRefused, StoreUnavailable } from '../../delivery/duplicate-store.ts';
import { createLog } from '../../log/log.ts';
import { readDeliveredKeys } from '../../stores/embedded/delivered-keys.ts';
import { FileRefused, faultSentence } from '../../stores/embedded/file-refusal.ts';
import { lostSentence } from '../../stores/embedded/lost-commits.ts';
import { whatWentWrong } from '../../values/what-went-wrong.ts';
import { openStore } from '../open-store.ts';
import { type CopyFigures, copyDelivered } from './copy-delivered.ts';

export type MigrateResult =
  | {
      readonly kind: 'copied';
      readonly from: string;
      readonly figures: CopyFigures;
      readonly warning?: string;
    }
  | { readonly kind: 'failed'; readonly sentence: string }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

const lockWaitMs = 2000;

/**
 * Copies what an embedded store's file remembers into the shared store that the configuration names. The gate that
 * writes the file has to be stopped: what it recorded afterwards would be missing. Never rejects for what an operator
 * can mend.
 */
export async function migrate(sources: ConfigSources, from: string | undefined): Promise<MigrateResult> {
  const read = loadConfig(sources);
  if (read.kind === 'problems') return read;
  const { config } = read;
  const { store: kind, embedded, leaseMs, retentionMs } = config.duplicates;
  if (kind !== 'redis') {
    const sentence = `duplicates.store is ${kind}; migrate copies into the store of the configuration, so set it to redis`;
    return { kind: 'failed', sentence };
  }
  const file = from ?? embedded.file;
  const clocks = { now: () => performance.now(), wallClock: () => Date.now() };
  try {
    const store = await openStore(config, clocks, createLog('silent').log);
    try {
      let warning: string | undefined;
      const keys = readDeliveredKeys(file, lockWaitMs, clocks, (commits) => {
        warning = lostSentence(file, commits);
      });
      const longestMs = Math.max(retentionMs, ...config.routes.map((route) => route.retentionMs));
      const figures = await copyDelivered(keys, store, { leaseMs, longestMs, wallClock: clocks.wallClock });
      return { kind: 'copied', from: file, figures, ...(warning === undefined ? {} : { warning }) };
    } finally {
      await store.close();
    }
  } catch (error) {
    const isExpected =
      error instanceof StoreRefused || error instanceof StoreUnavailable || error instanceof FileRefused;
    if (!isExpected && !isSqlite(error)) throw error;
    // SQLite's own words name no file.
    return { kind: 'failed', sentence: isSqlite(error) ? faultSentence(file, error) : whatWentWrong(error) };
  }
}

function isSqlite(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';
}
