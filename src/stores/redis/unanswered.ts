/**
 * Tokens of claims whose answer never came: the server may have given them the key all the same. The next claim of the
 * key in this process takes the token up, so that it is not kept out by its own ghost until the lease ends.
 */
export interface Unanswered {
  add(key: string, token: string): void;
  /** Gives the token of the key, and forgets it: two claims never share one. */
  take(key: string): string | undefined;
  takeAll(): readonly (readonly [key: string, token: string])[];
}

/** Beyond so many, the oldest waits for the end of its lease. */
const maxTokens = 10_000;

export function createUnanswered(): Unanswered {
  const tokens = new Map<string, string>();
  return {
    add(key, token) {
      const [oldest] = tokens.size >= maxTokens ? tokens.keys() : [];
      if (oldest !== undefined) tokens.delete(oldest);
      tokens.set(key, token);
    },
    take(key) {
      const token = tokens.get(key);
      tokens.delete(key);
      return token;
    },
    takeAll() {
      const all = [...tokens];
      tokens.clear();
      return all;
    },
  };
}
