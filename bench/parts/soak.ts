/** Whether memory and the file stay flat where as many events expire as come. */
import { join } from 'node:path';
import { sendAll } from '../load/closed-loop.ts';
import { eventsOf } from '../load/signed-requests.ts';
import { concurrency } from '../measure/costs.ts';
import { costOf } from '../measure/processor-time.ts';
import { rememberedBy, storedBytes } from '../peers/remembered.ts';
import { startApplication, urlOf } from '../peers/start-application.ts';
import { startHurriedGate } from '../peers/start-hurried-gate.ts';
import { threeDigits } from '../report/markdown.ts';
import { linePicture } from '../report/svg/lines.ts';
import type { Part } from './part.ts';

const steps = 20;
const retentionMs = 10_000;
const sweepEveryMs = 1000;

export const soak: Part = {
  name: 'soak',
  async run({ programs, quick }) {
    const events = quick ? 50_000 : 200_000;
    const count = events / steps;
    const storeFile = join(programs.folder(), 'events.db');
    const upstream = urlOf(await startApplication(programs));
    const gate = await startHurriedGate(programs, upstream, { retentionMs, sweepEveryMs, storeFile });
    const nextRound = eventsOf(800);
    const rows = [];
    for (let step = 1; step <= steps; step++) {
      const before = costOf(gate.pid).processorUs;
      await sendAll(nextRound(count), { port: gate.port, concurrency, connections: 'kept', status: 200 });
      const { processorUs, residentMB } = costOf(gate.pid);
      rows.push({
        sent: step * count,
        residentMB,
        costUs: (processorUs - before) / count,
        remembered: await rememberedBy(gate),
        fileMB: storedBytes(storeFile) / 1e6,
        longestStallMs: await gate.longestStallMs(),
      });
    }
    return {
      title: 'Soak',
      tables: [
        {
          caption: `${events} events of 800 bytes, ${concurrency} at once, a retention of ${retentionMs / 1000} s and a sweep every second`,
          columns: ['sent', 'MB resident', 'µs an event', 'remembered', 'MB on disk', 'longest stall ms'],
          rows: rows.map((row) => [
            String(row.sent),
            threeDigits(row.residentMB),
            threeDigits(row.costUs),
            String(row.remembered),
            threeDigits(row.fileMB),
            threeDigits(row.longestStallMs),
          ]),
        },
      ],
      verdicts: [],
      pictures: [
        linePicture(
          { name: 'soak', text: 'Resident memory over the events sent' },
          'Resident memory, MB',
          { across: 'events sent', places: rows.map(({ sent }) => String(sent)) },
          [{ label: 'hookgate, embedded store', values: rows.map(({ residentMB }) => residentMB) }],
        ),
      ],
      figures: rows,
    };
  },
};
