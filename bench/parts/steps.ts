/** What each part of a gate costs when idle and at its start: from a bare Node on, one thing more with each row. */
import { fileThreadLimits } from '../../src/stores/embedded/file-thread.ts';
import { sendAll } from '../load/closed-loop.ts';
import { createEvents, forged } from '../load/events.ts';
import { postRequest } from '../load/requests.ts';
import { exchangeMessages } from '../load/streams.ts';
import { type MemoryUse, medianUse, memoryOf } from '../measure/memory.ts';
import { differenceOfRounds, ratioOfRounds, spreadOf } from '../measure/rounds.ts';
import { asJavaScript } from '../peers/as-javascript.ts';
import { atHand, type Startable } from '../peers/contenders.ts';
import { imageSettings, startGate } from '../peers/gates.ts';
import type { Started } from '../peers/programs.ts';
import { startStreamingApplication, urlOf } from '../peers/start-application.ts';
import { spreadCell, threeDigits } from '../report/markdown.ts';
import type { Table } from '../report/report.ts';
import type { Bench } from './part.ts';

const settlingMs = 1500;
const modules = ['node:http', 'node:crypto'];

/** The row that has everything but the gate: what the targets of memory and start cannot go below. */
export const floorStep = 'the same, with a thread that has SQLite and does nothing';

export interface Step extends Pick<Startable, 'title'>, Partial<Pick<Startable, 'start'>> {
  /** The row that it adds to. */
  readonly beyond?: string;
  /** What the row before does more; it goes on with that one's process. */
  readonly go?: (port: number) => Promise<unknown>;
}

const bare = (...words: readonly string[]): Startable['start'] => {
  return async (programs) => {
    const file = await asJavaScript('bare-node');
    return programs.start({
      place: 'measured',
      words: (port) => [...imageSettings(), file, String(port), ...words],
    });
  };
};
const gate = (store: 'memory' | 'embedded'): Startable['start'] => {
  return (programs, upstream) =>
    startGate(programs, upstream, {
      env: { HOOKGATE_DUPLICATES_STORE: store, HOOKGATE_OTHER_PATHS: 'passthrough' },
    });
};

const one = { concurrency: 1, connections: 'new' } as const;

export const stepsAtHand = (): readonly Step[] => [
  { title: 'Node, nothing loaded', start: bare() },
  {
    title: 'Node with http and crypto',
    beyond: 'Node, nothing loaded',
    start: bare(...modules),
  },
  {
    title: floorStep,
    beyond: 'Node with http and crypto',
    start: bare(...modules, JSON.stringify(fileThreadLimits)),
  },
  {
    title: 'hookgate, memory store',
    beyond: 'Node with http and crypto',
    start: gate('memory'),
  },
  {
    title: 'hookgate, embedded store and its thread',
    beyond: 'hookgate, memory store',
    start: gate('embedded'),
  },
  {
    title: 'the same, after a forged event: the thread of near misses',
    beyond: 'hookgate, embedded store and its thread',
    go: (port) => sendAll([postRequest(forged(createEvents(800)()))], { ...one, port, status: 401 }),
  },
  {
    title: 'the same, after a WebSocket: http-proxy',
    beyond: 'the same, after a forged event: the thread of near misses',
    go: (port) => exchangeMessages(port, 10),
  },
  ...atHand(['redis']).map(({ title, start }) => ({ title, beyond: 'hookgate, memory store', start })),
];

export interface StepMemory extends MemoryUse {
  readonly title: string;
  readonly beyond: string | undefined;
}

/** Medians of so many starts. */
export async function measureSteps({ programs, quick }: Bench, all: readonly Step[]): Promise<StepMemory[]> {
  const starts = quick ? 1 : 3;
  const upstream = urlOf(await startStreamingApplication(programs));
  const seen: MemoryUse[][] = all.map(() => []);
  for (let round = 0; round < starts; round++) {
    let running: Started | undefined;
    for (const [place, { start, go }] of all.entries()) {
      if (start !== undefined) {
        if (running !== undefined) await programs.end(running);
        running = await start(programs, upstream);
      }
      if (running === undefined) throw new Error('the first step starts nothing');
      await go?.(running.port);
      await new Promise((resolve) => setTimeout(resolve, settlingMs));
      seen[place]?.push(memoryOf(running.pid));
    }
    if (running !== undefined) await programs.end(running);
  }
  return all.map(({ title, beyond }, place) => ({ title, beyond, ...medianUse(seen[place] ?? []) }));
}

export function stepsTable(rows: readonly StepMemory[]): Table {
  return {
    caption: `Memory of an idle process, ${settlingMs / 1000} s after the last thing that it did (MB of a million bytes): resident, of that its own and no other process's, and what a row has more than the one that it adds to`,
    columns: ['', 'MB resident', 'MB of its own', 'more resident', 'more of its own'],
    rows: rows.map(({ title, beyond, residentMB, privateMB }) => {
      const before = rows.find((row) => row.title === beyond);
      return [
        title,
        threeDigits(residentMB),
        threeDigits(privateMB),
        threeDigits(residentMB - (before?.residentMB ?? Number.NaN)),
        threeDigits(privateMB - (before?.privateMB ?? Number.NaN)),
      ];
    }),
  };
}

export interface StepStarts {
  readonly title: string;
  readonly beyond: string | undefined;
  readonly readyMs: readonly number[];
}

/** `hopReadyMs` are the starts of a Node http hop beside them. */
export function stepStartsTable(rows: readonly StepStarts[], hopReadyMs: readonly number[]): Table {
  return {
    caption: `The same from a bare Node to the gate, ${hopReadyMs.length} alternating starts; what a row has more than the one that it adds to is the median of the rounds`,
    columns: ['', 'ready ms (least-most)', 'more', 'of a Node http hop'],
    rows: rows.map(({ title, beyond, readyMs }) => {
      const before = rows.find((row) => row.title === beyond);
      return [
        title,
        spreadCell(spreadOf(readyMs)),
        threeDigits(differenceOfRounds(readyMs, before?.readyMs ?? [])),
        threeDigits(ratioOfRounds(readyMs, hopReadyMs)),
      ];
    }),
  };
}
