/** What the fuzzer feeds: the form of libFuzzer's targets. */
export interface Target {
  readonly name: string;
  /** Inputs to begin with. */
  readonly seeds: readonly Buffer[];
  /** Pieces that stand in inputs of this kind; mutations put them in. */
  readonly words: readonly string[];
  /** Throws where a rule is broken. */
  readonly fuzz: (data: Buffer) => void;
}

/** A rule that an input broke. */
export function rule(holds: boolean, sentence: string): void {
  if (!holds) throw new Error(sentence);
}
