/** Counts the users of something, so that it can be closed once there are none. */
export interface Use {
  begin(): void;
  end(): void;
  readonly count: number;
  /** Resolves once nobody uses it: at once, or when the last one ends. */
  idle(): Promise<void>;
}

export function createUse(): Use {
  let count = 0;
  let waiting: (() => void)[] = [];
  return {
    begin() {
      count += 1;
    },
    end() {
      count -= 1;
      if (count > 0) return;
      for (const tell of waiting) tell();
      waiting = [];
    },
    get count() {
      return count;
    },
    idle: () => (count === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}
