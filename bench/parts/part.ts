import type { Programs } from '../peers/programs.ts';
import type { Report } from '../report/report.ts';

/** One thing that the benchmark measures; it can be run alone by its name. */
export interface Part {
  readonly name: string;
  run(bench: Bench): Promise<Report>;
}

/** What a part is given. The programs that it starts end with it. */
export interface Bench {
  readonly programs: Programs;
  /** Rounds that count, after one that warms up. */
  readonly rounds: number;
  /** A look within minutes, good for seeing whether a change is worth a whole run. */
  readonly quick: boolean;
}
