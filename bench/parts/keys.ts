/** What more live keys cost, as in a rotation: by the key that signed, and by keys that take turns. */
import { eventsOf } from '../load/signed-requests.ts';
import { measureCosts, type Subject } from '../measure/costs.ts';
import { median, spreadOf } from '../measure/rounds.ts';
import { startGate } from '../peers/gates.ts';
import { startApplication, urlOf } from '../peers/start-application.ts';
import { spreadCell } from '../report/markdown.ts';
import { linePicture } from '../report/svg/lines.ts';
import type { Part } from './part.ts';

const counts = [1, 2, 4, 8];

export const keys: Part = {
  name: 'keys',
  async run({ programs, rounds, quick }) {
    const upstream = urlOf(await startApplication(programs));
    const subjects: Subject[] = [];
    for (const count of counts) {
      const live = Array.from({ length: count }, (_, index) => Buffer.from(`bench-business-id-${index + 1}`));
      const env = { HOOKGATE_DUPLICATES_STORE: 'memory' };
      const started = await startGate(programs, upstream, { keys: live, env });
      for (const signing of [live.slice(-1), live]) {
        const nextRound = eventsOf(800, { keys: signing });
        subjects.push({ title: String(count), started, nextRound, count: quick ? 1000 : 3000 });
      }
    }
    const costs = await measureCosts(subjects, rounds);
    return {
      title: 'Live keys',
      tables: [
        {
          caption: `Processor time an event of 800 bytes, memory store, ${rounds} alternating rounds; µs (least-most)`,
          columns: ['live keys', 'the last key signs', 'they sign in turn'],
          rows: counts.map((count, place) => [
            String(count),
            ...[0, 1].map((column) => spreadCell(spreadOf(costs[2 * place + column]?.costsUs ?? []))),
          ]),
        },
      ],
      verdicts: [],
      pictures: [
        linePicture(
          { name: 'keys', text: 'Processor time an event as live keys grow' },
          'Processor time an event, µs',
          { across: 'live keys', places: counts.map(String) },
          ['the last key signs', 'they sign in turn'].map((label, column) => ({
            label,
            values: counts.map((_, place) => median(costs[2 * place + column]?.costsUs ?? [])),
          })),
        ),
      ],
      figures: costs,
    };
  },
};
