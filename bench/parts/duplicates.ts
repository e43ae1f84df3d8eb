/** Whether an event costs more the more events the embedded store remembers, and what they take on the disk. */
import { join } from 'node:path';
import { eventsOf } from '../load/signed-requests.ts';
import { measureCosts, type Subject } from '../measure/costs.ts';
import { costOf } from '../measure/processor-time.ts';
import { median, ratioOfRounds, spreadOf } from '../measure/rounds.ts';
import { startGate } from '../peers/gates.ts';
import type { Programs } from '../peers/programs.ts';
import { rememberedBy, storedBytes, writeRememberedEvents } from '../peers/remembered.ts';
import { startApplication, urlOf } from '../peers/start-application.ts';
import { spreadCell, threeDigits } from '../report/markdown.ts';
import { linePicture } from '../report/svg/lines.ts';
import type { Part } from './part.ts';

/** Nothing expires while this runs. */
const endsInMs = 6 * 24 * 3_600_000;

export const duplicates: Part = {
  name: 'duplicates',
  async run({ programs, rounds, quick }) {
    const sizes = quick ? [0, 100_000, 1_000_000] : [0, 100_000, 1_000_000, 5_000_000];
    const upstream = urlOf(await startApplication(programs));
    const gates = [];
    for (const size of sizes) gates.push(await startWith(programs, upstream, size));
    const nextRound = eventsOf(800);
    const subjects: Subject[] = gates.map(({ size, started }) => ({
      title: String(size),
      started,
      nextRound,
      count: quick ? 1000 : 4000,
    }));
    const costs = await measureCosts(subjects, rounds);
    const none = costs[0]?.costsUs ?? [];
    const rows = gates.map(({ size, readyMs, countedMs, bytes, started }, place) => ({
      size,
      readyMs,
      countedMs,
      bytesAnEvent: bytes / size,
      residentMB: costOf(started.pid).residentMB,
      costsUs: costs[place]?.costsUs ?? [],
    }));
    return {
      title: 'Remembered events as they grow',
      tables: [
        {
          caption: `Processor time an event of 800 bytes through a gate whose embedded store remembers so many, ${rounds} alternating rounds`,
          columns: [
            'remembered',
            'µs (least-most)',
            'of none',
            'MB resident',
            'bytes on disk each',
            'ready ms',
            'keys read ms',
          ],
          rows: rows.map((row) => [
            String(row.size),
            spreadCell(spreadOf(row.costsUs)),
            threeDigits(ratioOfRounds(row.costsUs, none)),
            threeDigits(row.residentMB),
            row.size === 0 ? '' : threeDigits(row.bytesAnEvent),
            threeDigits(row.readyMs),
            threeDigits(row.countedMs),
          ]),
        },
      ],
      verdicts: [
        {
          target: `an event with ${sizes.at(-1)} remembered, of one with none`,
          limit: 1.1,
          measured: ratioOfRounds(costs.at(-1)?.costsUs ?? [], none),
          unit: '',
        },
      ],
      pictures: [
        linePicture(
          { name: 'duplicates', text: 'Processor time an event as remembered events grow' },
          'Processor time an event, µs',
          { across: 'events remembered', places: sizes.map(String) },
          [{ label: 'hookgate, embedded store', values: costs.map(({ costsUs }) => median(costsUs)) }],
        ),
      ],
      figures: rows,
    };
  },
};

/** Resolves once the gate has read all keys of its file. */
async function startWith(programs: Programs, upstream: string, size: number) {
  const storeFile = join(programs.folder(), 'events.db');
  const endsAt = Date.now() + endsInMs;
  if (size > 0) writeRememberedEvents(storeFile, size, () => endsAt);
  const bytes = size > 0 ? storedBytes(storeFile) : 0;
  const startedMs = performance.now();
  const started = await startGate(programs, upstream, { storeFile });
  const { readyMs } = started;
  await rememberedBy(started);
  return { size, started, bytes, readyMs, countedMs: performance.now() - startedMs };
}
