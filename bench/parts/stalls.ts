/** How long the gate's event loop is held up while its store walks through two million events and removes the half of them. */
import { join } from 'node:path';
import { sendOnSchedule } from '../load/open-loop.ts';
import { eventsOf } from '../load/signed-requests.ts';
import { quantile } from '../measure/rounds.ts';
import { rememberedBy, writeRememberedEvents } from '../peers/remembered.ts';
import { startIdleLoop } from '../peers/stalls.ts';
import { startApplication, urlOf } from '../peers/start-application.ts';
import { startHurriedGate } from '../peers/start-hurried-gate.ts';
import { threeDigits } from '../report/markdown.ts';
import type { Part } from './part.ts';

const perSecond = 1000;
const retentionMs = 7 * 24 * 3_600_000;
/** What the timer of both loops takes by itself: a stall that is longer by less is no longer than the idle loop's. */
const timerMs = 1;
/** One walk through the file after the other, where the gate takes one an hour. */
const sweepEveryMs = 1;

export const stalls: Part = {
  name: 'stalls',
  async run({ programs, rounds, quick }) {
    const remembered = quick ? 200_000 : 2_000_000;
    const storeFile = join(programs.folder(), 'events.db');
    const startMs = Date.now();
    // Every second one has ended when the sweep comes.
    writeRememberedEvents(storeFile, remembered, (index) =>
      index % 2 === 0 ? startMs : startMs + retentionMs / 2,
    );
    const upstream = urlOf(await startApplication(programs));
    const gate = await startHurriedGate(programs, upstream, { retentionMs, sweepEveryMs, storeFile });
    const idle = await startIdleLoop(programs);
    const nextRound = eventsOf(800);
    const seconds = quick ? 3 : 8;
    const windows = [];
    // The first window warms up. The walk that counts what is remembered, and removes what is over, goes on meanwhile.
    for (let window = 0; window <= rounds; window++) {
      const latenciesMs = await sendOnSchedule(nextRound(perSecond * seconds), {
        port: gate.port,
        perSecond,
      });
      const [longestMs, idleMs] = [await gate.longestStallMs(), await idle.longestStallMs()];
      if (window > 0) windows.push({ longestMs, idleMs, p999Ms: quantile(latenciesMs, 0.999) });
    }
    // Once the walk is over, which may be later than the last window.
    const removed = remembered + perSecond * seconds * (rounds + 1) - (await rememberedBy(gate));
    const ownMs = windows.map(({ longestMs, idleMs }) => (longestMs > idleMs + timerMs ? longestMs : 0));
    return {
      title: 'Event-loop stalls',
      tables: [
        {
          caption: `Longest stall of the gate's event loop and the time of an answer, ${perSecond} events/s for ${seconds} s, ${remembered} remembered at the start, ${removed} removed by the walk that went on meanwhile`,
          columns: ['window', 'longest stall ms', "an idle loop's beside it", 'answers p99.9 ms'],
          rows: windows.map(({ longestMs, idleMs, p999Ms }, index) => [
            String(index + 1),
            threeDigits(longestMs),
            threeDigits(idleMs),
            threeDigits(p999Ms),
          ]),
        },
      ],
      verdicts: [
        {
          target:
            'longest event-loop stall that an idle loop beside it has not, while half of 2 million are removed',
          limit: 10,
          measured: Math.max(...ownMs),
          unit: 'ms',
        },
      ],
      pictures: [],
      figures: { windows, removed },
    };
  },
};
