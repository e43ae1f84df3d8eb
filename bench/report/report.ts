/** What a part of the benchmark hands back: everything that is printed, kept and drawn is made of these. */
export interface Report {
  readonly title: string;
  readonly tables: readonly Table[];
  readonly verdicts: readonly Verdict[];
  readonly pictures: readonly Picture[];
  /** The figures behind it, for the JSON file. */
  readonly figures: unknown;
}

export interface Table {
  /** Says what the cells are: the unit, the load. */
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A target and what was measured. */
export interface Verdict {
  readonly target: string;
  /** The most that reaches it. */
  readonly limit: number;
  /** NaN where it was not measured, for want of a peer. */
  readonly measured: number;
  readonly unit: string;
  /** The same of a hop of Node's own parts that does nothing else, in the same run: how near the target could be. */
  readonly bareHop?: number;
  /** The same of what is left on Node without a line of the gate, in the same part: a gate comes on top of it. */
  readonly floor?: number;
}

export interface Picture {
  /** Of the file, without `.svg`. */
  readonly name: string;
  /** What it shows, for those who do not see it. */
  readonly text: string;
  readonly svg: string;
}

export function outcomeOf({ measured, limit }: Verdict): 'reached' | 'not reached' | 'not measured' {
  if (Number.isNaN(measured)) return 'not measured';
  return measured <= limit ? 'reached' : 'not reached';
}
