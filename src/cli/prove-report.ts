/** The options of `hookgate prove`, after parsing. */
export interface ProveOptions {
  readonly config?: string;
  readonly toApplication?: true;
  readonly event?: string;
  readonly route?: string;
  readonly url: readonly URL[];
  /** Namespaces with commas between them; empty: all. */
  readonly services?: string;
  readonly injector: string;
  readonly path: readonly string[];
}

/** Lines of a proof, in the words of `helm test`. */
export interface Report {
  readonly failures: number;
  say(line: string): void;
  /** `ok` or `FAIL`, what was to be proved, and what was found instead. */
  tell(good: boolean, what: string, found: string): void;
}

export function createReport(say: (line: string) => void): Report {
  let failures = 0;
  return {
    get failures() {
      return failures;
    },
    say,
    tell(good, what, found) {
      if (!good) failures += 1;
      say(good ? `ok    ${what}` : `FAIL  ${what}: ${found}`);
    },
  };
}
