import { type ClosedLoop, sendAll } from '../load/closed-loop.ts';
import type { Started } from '../peers/programs.ts';
import { costOf } from './processor-time.ts';
import { alternate, type Spread, spreadOf } from './rounds.ts';

/** A program, and what is sent to it. */
export interface Subject {
  readonly title: string;
  readonly started: Started;
  /** Requests of one round, all of them new. */
  readonly nextRound: (count: number) => readonly Uint8Array[];
  /** Requests of a round that counts. */
  readonly count: number;
  /** Where not as usual: kept connections, all answered 200. */
  readonly loop?: Partial<Pick<ClosedLoop, 'connections' | 'status' | 'from'>>;
}

export interface Costs {
  readonly title: string;
  /** Microseconds of processor time a request, one a round. */
  readonly costsUs: readonly number[];
  readonly perSecond: Spread;
  /** Share of the wall's time that the program had a processor. */
  readonly busy: Spread;
}

/** Requests at once, on as many connections. */
export const concurrency = 32;
/**
 * V8 compiles for the first 15,000 requests, on threads whose time counts, while a gate runs for months: so many are sent
 * before the first round that counts, or five rounds' worth of those that are long.
 */
export const warmUpCount = 20_000;
/** Where stalls count: what is called seldom goes on being compiled for longer, a function of it every few milliseconds. */
export const longWarmUpCount = 60_000;

/** Sends the rounds of all subjects in turn; the costs are in the order of the subjects. */
export async function measureCosts(subjects: readonly Subject[], rounds: number): Promise<Costs[]> {
  const results = await alternate(subjects, rounds, async ({ started, nextRound, count, loop }, round) => {
    const sent = round < 0 ? Math.max(count, Math.min(5 * count, warmUpCount)) : count;
    // Signed before the first is sent, so that the sender keeps all of its connections busy.
    const requests = nextRound(sent);
    const before = costOf(started.pid).processorUs;
    const usual = { port: started.port, concurrency, connections: 'kept', status: 200 } as const;
    const elapsedMs = await sendAll(requests, { ...usual, ...loop });
    const processorUs = costOf(started.pid).processorUs - before;
    return {
      costUs: processorUs / sent,
      perSecond: (sent * 1000) / elapsedMs,
      busy: processorUs / 1000 / elapsedMs,
    };
  });
  return subjects.map(({ title }, place) => {
    const ofSubject = results[place] ?? [];
    return {
      title,
      costsUs: ofSubject.map(({ costUs }) => costUs),
      perSecond: spreadOf(ofSubject.map(({ perSecond }) => perSecond)),
      busy: spreadOf(ofSubject.map(({ busy }) => busy)),
    };
  });
}
