/** Whether a long allowlist costs more than a short one: per look-up, per event, and at a reload. */
import { eventsOf } from '../load/signed-requests.ts';
import { lookUpTimes, reloadStallsMs } from '../measure/allowlist-work.ts';
import { measureCosts } from '../measure/costs.ts';
import { median, spreadOf } from '../measure/rounds.ts';
import { writeAllowlist } from '../peers/allowlists.ts';
import { startGate } from '../peers/gates.ts';
import { startApplication, urlOf } from '../peers/start-application.ts';
import { spreadCell, threeDigits } from '../report/markdown.ts';
import { linePicture } from '../report/svg/lines.ts';
import type { Bench, Part } from './part.ts';

const sizes = [10, 100, 1_000, 10_000, 100_000];

export const allowlist: Part = {
  name: 'allowlist',
  async run(bench) {
    const lookUps = lookUpTimes(sizes, bench.rounds);
    const stallsMs = await reloadStallsMs(bench.programs.folder(), 100_000, bench.rounds);
    const costs = await measureGates(bench);
    const first = lookUps[0]?.nsPerLookUp ?? [];
    const last = lookUps.at(-1)?.nsPerLookUp ?? [];
    return {
      title: 'The allowlist as it grows',
      tables: [
        {
          caption: `A look-up, the loading of the list, and an event of 800 bytes through a gate with it; ${bench.rounds} rounds`,
          columns: ['ranges', 'look-up ns', 'load ms', 'event µs (least-most)'],
          rows: lookUps.map(({ size, loadMs, nsPerLookUp }, place) => [
            String(size),
            threeDigits(median(nsPerLookUp)),
            threeDigits(loadMs),
            spreadCell(spreadOf(costs[place]?.costsUs ?? [])),
          ]),
        },
        {
          caption: 'Longest stall of the event loop in a reload with 100,000 ranges',
          columns: ['', 'ms (least-most)'],
          rows: [['reload', spreadCell(spreadOf(stallsMs))]],
        },
      ],
      verdicts: [
        {
          target: 'what 100,000 ranges add to the look-up of 10',
          limit: 1,
          measured: (median(last) - median(first)) / 1000,
          unit: 'µs',
        },
      ],
      pictures: [
        linePicture(
          { name: 'allowlist', text: 'Processor time an event as the allowlist grows' },
          'Processor time an event, µs',
          { across: 'ranges in the allowlist', places: sizes.map(String) },
          [{ label: 'hookgate, memory store', values: costs.map(({ costsUs }) => median(costsUs)) }],
        ),
      ],
      figures: { lookUps, stallsMs, costs },
    };
  },
};

async function measureGates({ programs, rounds, quick }: Bench) {
  const upstream = urlOf(await startApplication(programs));
  const nextRound = eventsOf(800);
  const subjects = [];
  for (const size of sizes) {
    const file = writeAllowlist(programs.folder(), size);
    const env = { HOOKGATE_ALLOWLIST_FILE: file, HOOKGATE_DUPLICATES_STORE: 'memory' };
    const started = await startGate(programs, upstream, { env, withoutAllow: true });
    subjects.push({ title: String(size), started, nextRound, count: quick ? 1000 : 4000 });
  }
  return measureCosts(subjects, rounds);
}
