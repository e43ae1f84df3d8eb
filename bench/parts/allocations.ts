/** What an event allocates and what its collection takes, by V8's sampling profilers; and which room it is in. */
import { join } from 'node:path';
import { bundle } from '../../scripts/bundle.ts';
import { concurrency, warmUpCount } from '../measure/costs.ts';
import { atHand, bareHop, nodeAlone, nodeAndSocketClient } from '../peers/contenders.ts';
import { imageSettings } from '../peers/gates.ts';
import type { Programs } from '../peers/programs.ts';
import { startApplication, urlOf } from '../peers/start-application.ts';
import {
  collectingOf,
  type Profilable,
  type Profiled,
  profilableGate,
  profileEvents,
  roomsOf,
} from '../profile/profile-events.ts';
import { threeDigits } from '../report/markdown.ts';
import { measureNewSpaces, newSpacesTable } from './new-space.ts';
import type { Part } from './part.ts';

/** Of the table of rooms. */
const mostRooms = 20;
/** What the targets cannot go below: it has the image's space for new objects, as the gate has. */
const floorRow = `${nodeAndSocketClient.title}, as the image sets Node`;

export const allocations: Part = {
  name: 'allocations',
  async run(bench) {
    const { programs, quick } = bench;
    const count = quick ? 4000 : 10_000;
    const upstream = urlOf(await startApplication(programs));
    const dist = programs.folder();
    // As it ships, but for a map that says which file of the source each of its places comes from.
    await bundle('0.0.0-profile', dist, 'inline');
    const profiled: Profiled[] = [];
    for (const row of rowsOf(join(dist, 'hookgate.js')))
      profiled.push(await profileEvents(row, programs, upstream, { count }));
    const [gate] = profiled as [Profiled];
    const figures = profiled.map((row) => ({
      title: row.title,
      kB: row.allocations.total / count / 1000,
      collecting: collectingOf(row),
    }));
    const of = (title: string) =>
      figures.find((row) => row.title === title) ?? { kB: Number.NaN, collecting: Number.NaN };
    const newSpaces = await measureNewSpaces(bench, upstream, count);
    return {
      title: 'What an event allocates',
      tables: [
        {
          caption: `Allocated in the main thread by an event of 800 bytes, kept connections, ${concurrency} at once, and the share of that thread's time that its collector takes; ${count} events after ${warmUpCount}`,
          columns: ['', 'KB an event', 'collecting, %'],
          rows: figures.map(({ title, kB, collecting }) => [title, threeDigits(kB), threeDigits(collecting)]),
        },
        newSpacesTable(newSpaces, bench.rounds),
        {
          caption: `The rooms of the source, of Node and of libraries that take most: ${gate.title}`,
          columns: ['', 'µs an event', '% of the time', 'bytes an event', '% of the bytes'],
          rows: roomRows(gate, count),
        },
      ],
      verdicts: [
        {
          target: 'allocated by an event',
          ...{ limit: 16, measured: of(gate.title).kB, unit: 'KB' },
          ...{ bareHop: of(bareHop).kB, floor: of(floorRow).kB },
        },
        {
          target: "share of the main thread's time that collecting takes",
          ...{ limit: 10, measured: of(gate.title).collecting, unit: '%' },
          ...{ bareHop: of(bareHop).collecting, floor: of(floorRow).collecting },
        },
      ],
      pictures: [],
      figures: { rows: figures, newSpaces },
    };
  },
};

/** The gate first; the others forward and verify nothing, or do not even forward. */
function rowsOf(bin: string): readonly Profilable[] {
  const gates = ['embedded', 'memory'].map((store) => profilableGate(bin, store));
  const others = [...atHand(['http-proxy-kept', 'node', 'undici']), nodeAlone, nodeAndSocketClient];
  return [...gates, ...others, { title: floorRow, start: startFloor }];
}

function startFloor(programs: Programs, upstream: string) {
  const withImageSettings: Programs = {
    ...programs,
    start: ({ words, ...program }) =>
      programs.start({
        ...program,
        words: (port, folder) => [...imageSettings(), ...words(port, folder).slice(1)],
      }),
  };
  return nodeAndSocketClient.start(withImageSettings, upstream);
}

function roomRows({ processor, allocations }: Profiled, count: number): string[][] {
  const [times, bytes] = [roomsOf(processor), roomsOf(allocations)];
  const cells = (weight: number, total: number, digits: number): string[] => [
    (weight / count).toFixed(digits),
    ((100 * weight) / total).toFixed(1),
  ];
  return [...times]
    .slice(0, mostRooms)
    .map(([room, time]) => [
      room,
      ...cells(time, processor.total, 1),
      ...cells(bytes.get(room) ?? 0, allocations.total, 0),
    ]);
}
