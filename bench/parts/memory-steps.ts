/** What each part of a gate costs in memory when idle: from a bare Node on, one thing more with each row. */
import { sendAll } from '../load/closed-loop.ts';
import { createEvents, forged } from '../load/events.ts';
import { postRequest } from '../load/requests.ts';
import { exchangeMessages } from '../load/streams.ts';
import { type MemoryUse, memoryOf } from '../measure/memory.ts';
import { median } from '../measure/rounds.ts';
import { asJavaScript } from '../peers/as-javascript.ts';
import { atHand } from '../peers/contenders.ts';
import { imageSettings, startGate } from '../peers/gates.ts';
import type { Programs, Started } from '../peers/programs.ts';
import { startStreamingApplication, urlOf } from '../peers/start-application.ts';
import { threeDigits } from '../report/markdown.ts';
import type { Table } from '../report/report.ts';
import type { Bench } from './part.ts';

const settlingMs = 1500;
const modules = ['node:http', 'node:https', 'node:tls', 'node:crypto'];

interface Step {
  readonly title: string;
  /** The row whose memory it had before. */
  readonly beyond?: string;
  readonly start?: (programs: Programs, upstream: string) => Promise<Started>;
  /** What the row before does more; it goes on with that one's process. */
  readonly go?: (port: number) => Promise<unknown>;
}

const bare = (...words: readonly string[]): NonNullable<Step['start']> => {
  return async (programs) => {
    const file = await asJavaScript('bare-node');
    return programs.start({
      place: 'measured',
      words: (port) => [...imageSettings(), file, String(port), ...words],
    });
  };
};
const gate = (store: 'memory' | 'embedded'): NonNullable<Step['start']> => {
  return (programs, upstream) =>
    startGate(programs, upstream, {
      env: { HOOKGATE_DUPLICATES_STORE: store, HOOKGATE_OTHER_PATHS: 'passthrough' },
    });
};

const one = { concurrency: 1, connections: 'new' } as const;

const steps = (): readonly Step[] => [
  { title: 'Node, nothing loaded', start: bare() },
  {
    title: 'Node with http, https, tls and crypto',
    beyond: 'Node, nothing loaded',
    start: bare(...modules),
  },
  {
    title: 'the same, with a thread that has SQLite and does nothing',
    beyond: 'Node with http, https, tls and crypto',
    start: bare(...modules, 'thread'),
  },
  {
    title: 'hookgate, memory store',
    beyond: 'Node with http, https, tls and crypto',
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
export async function measureSteps({ programs, quick }: Bench): Promise<StepMemory[]> {
  const starts = quick ? 1 : 3;
  const all = steps();
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
  return all.map(({ title, beyond }, place) => {
    const of = (key: keyof MemoryUse): number => median((seen[place] ?? []).map((use) => use[key]));
    return { title, beyond, residentMB: of('residentMB'), privateMB: of('privateMB') };
  });
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
