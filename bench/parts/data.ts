/** What longer events cost: here, at a hop that verifies nothing, and at nginx with Lua. */
import { eventsOf } from '../load/signed-requests.ts';
import { measureCosts, type Subject } from '../measure/costs.ts';
import { median, spreadOf } from '../measure/rounds.ts';
import { atHand } from '../peers/contenders.ts';
import { startApplication, urlOf } from '../peers/start-application.ts';
import { spreadCell } from '../report/markdown.ts';
import { linePicture } from '../report/svg/lines.ts';
import type { Part } from './part.ts';

const sizesKB = [1, 4, 16, 64, 200];

export const data: Part = {
  name: 'data',
  async run({ programs, rounds, quick }) {
    const upstream = urlOf(await startApplication(programs));
    const contenders = atHand(['memory', 'undici', 'nginx-lua']);
    const subjects: Subject[] = [];
    for (const { title, start } of contenders) {
      const started = await start(programs, upstream);
      for (const size of sizesKB) {
        // About the same time for each size.
        const count = Math.round((quick ? 1000 : 3000) / (1 + size / 10));
        subjects.push({ title: `${title}, ${size} KB`, started, nextRound: eventsOf(size * 1000), count });
      }
    }
    const costs = await measureCosts(subjects, rounds);
    return {
      title: 'The event as it grows',
      tables: [
        {
          caption: `Processor time an event, kept connections, ${rounds} alternating rounds; µs (least-most)`,
          columns: ['KB', ...contenders.map(({ title }) => title)],
          rows: sizesKB.map((size, row) => [
            String(size),
            ...contenders.map((_, column) =>
              spreadCell(spreadOf(costs[column * sizesKB.length + row]?.costsUs ?? [])),
            ),
          ]),
        },
      ],
      verdicts: [],
      pictures: [
        linePicture(
          { name: 'data', text: 'Processor time an event as its data grows' },
          'Processor time an event, µs',
          { across: 'KB of data', places: sizesKB.map(String) },
          contenders.map(({ title }, column) => ({
            label: title,
            values: sizesKB.map((_, row) => median(costs[column * sizesKB.length + row]?.costsUs ?? [])),
          })),
        ),
      ],
      figures: costs,
    };
  },
};
