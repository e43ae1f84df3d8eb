import { createDice, type Dice } from '../support/seeded-dice.ts';
import type { Coverage } from './coverage.ts';
import { mutated } from './mutations.ts';
import type { Target } from './target.ts';

export interface FuzzReport {
  readonly runs: number;
  /** Inputs that led somewhere new, the seeds among them. */
  readonly corpus: number;
  /** Characters of source that were run. */
  readonly characters: number;
  /** The shortest input found that breaks a rule, and how. */
  readonly crash: { readonly input: Buffer; readonly error: unknown } | undefined;
}

/** Looks are dear, so that coverage is looked at once for so many inputs. */
const batchSize = 64;

/**
 * Coverage-guided fuzzing of one target until the runs or the time are used up, or a rule is broken: an input that ran
 * a new place is kept and changed further. The same seed and number of runs give the same inputs.
 */
export function fuzz(
  target: Target,
  coverage: Coverage,
  bounds: { readonly runs: number; readonly untilMs: number; readonly seed: number },
): FuzzReport {
  const dice = mixed(createDice(bounds.seed));
  const corpus = [...target.seeds];
  let runs = 0;
  const broken = (input: Buffer): { error: unknown } | undefined => {
    runs++;
    try {
      target.fuzz(input);
      return undefined;
    } catch (error) {
      return { error };
    }
  };
  /** Half of the time one of the newest, whose neighbourhood is the least known; of two the shorter one. */
  const next = (): Buffer => {
    const from = dice.below(2) === 0 ? corpus : corpus.slice(-8);
    const [one, other] = [dice.pick(from), dice.pick(from)];
    return one.length <= other.length ? one : other;
  };
  const report = (crash: FuzzReport['crash']): FuzzReport => {
    return { runs, corpus: corpus.length, characters: coverage.characters, crash };
  };

  for (const input of target.seeds) {
    const found = broken(input);
    if (found !== undefined) return report({ input, ...found });
  }
  coverage.grew(true);
  while (runs < bounds.runs && Date.now() < bounds.untilMs) {
    const batch = Array.from({ length: batchSize }, () => mutated(next(), corpus, target.words, dice));
    for (const input of batch) {
      const found = broken(input);
      if (found !== undefined) return report({ input: shortened(input, broken), ...found });
    }
    if (coverage.grew(false)) keepNew(batch);
  }
  return report(undefined);

  /** Finds by halves which of these inputs ran something new. */
  function keepNew(inputs: readonly Buffer[]): void {
    const [only] = inputs;
    for (const input of inputs) broken(input);
    if (only === undefined || !coverage.grew(inputs.length === 1)) return;
    if (inputs.length === 1) {
      corpus.push(only);
      return;
    }
    keepNew(inputs.slice(0, inputs.length / 2));
    keepNew(inputs.slice(inputs.length / 2));
  }
}

/** The low bits of a xorshift's numbers hang together, so that some mutations would never come; the product's high ones do not. */
function mixed(dice: Dice): Dice {
  const below = (limit: number): number =>
    Math.floor(((Math.imul(dice.below(2 ** 32), 0x9e3779b1) >>> 0) / 2 ** 32) * limit);
  return {
    below,
    pick: (from) => from[below(from.length)] as (typeof from)[number],
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => below(256))),
  };
}

/** Takes pieces out for as long as a rule stays broken. */
function shortened(input: Buffer, broken: (input: Buffer) => unknown): Buffer {
  let bytes = input;
  for (let size = bytes.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at < bytes.length; ) {
      const less = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]);
      if (broken(less) === undefined) at += size;
      else bytes = less;
    }
  }
  return bytes;
}
