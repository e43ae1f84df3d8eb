import { createHash, randomBytes } from 'node:crypto';

/** Keys for events that genuinely come again with the same data: one for each occurrence, kept through its retries. */
export interface Occurrences {
  /**
   * The Idempotency-Key of the occurrence that is attempted now. `keptMs`: how long the sender tries again.
   */
  keyOf(duplicateKey: string, keptMs: number): string;
  /** The application has accepted it: the next one is another. */
  end(duplicateKey: string): void;
}

/**
 * What tells one occurrence from the next is random, and known to this process until the application has accepted it. A
 * retry after a restart, or through another replica, has another key: docs/stores.md says so.
 */
export function createOccurrences(rules: {
  readonly now: () => number;
  readonly maxKeys: number;
}): Occurrences {
  const open = new Map<string, { readonly key: string; readonly untilMs: number }>();

  return {
    keyOf(duplicateKey, keptMs) {
      const known = open.get(duplicateKey);
      const isOpen = known !== undefined && known.untilMs > rules.now();
      const key = isOpen ? known.key : newKey(duplicateKey);
      if (!isOpen) {
        open.delete(duplicateKey);
        open.set(duplicateKey, { key, untilMs: rules.now() + keptMs });
        for (const oldest of open.keys()) {
          if (open.size <= rules.maxKeys) break;
          open.delete(oldest);
        }
      }
      return key;
    },
    end: (duplicateKey) => void open.delete(duplicateKey),
  };
}

function newKey(duplicateKey: string): string {
  return createHash('sha256').update(duplicateKey).update(randomBytes(16)).digest('hex');
}
