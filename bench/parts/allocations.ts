/** What an event allocates and what its collection takes, by V8's sampling profilers; and which room it is in. */
import { join } from 'node:path';
import { bundle } from '../../scripts/bundle.ts';
import { sendAll } from '../load/closed-loop.ts';
import { eventsOf } from '../load/signed-requests.ts';
import { concurrency, warmUpCount } from '../measure/costs.ts';
import { atHand, bareHop, nodeAlone, type Startable } from '../peers/contenders.ts';
import { imageSettings, startGate } from '../peers/gates.ts';
import type { Programs } from '../peers/programs.ts';
import { startApplication, urlOf } from '../peers/start-application.ts';
import { allocationTree, type Call, type PlaceOf, processorTree, weightsBy } from '../profile/call-tree.ts';
import { chooseInspectorPort, inspect } from '../profile/inspector.ts';
import { createPlaces } from '../profile/places.ts';
import { sampleAllocations, sampleProcessor } from '../profile/sample.ts';
import { threeDigits } from '../report/markdown.ts';
import type { Part } from './part.ts';

/** Of the table of rooms. */
const mostRooms = 20;
const collector = '(garbage collector)';

interface Profiled {
  readonly title: string;
  readonly processor: Call;
  readonly allocations: Call;
}

export const allocations: Part = {
  name: 'allocations',
  async run({ programs, quick }) {
    const count = quick ? 4000 : 10_000;
    const upstream = urlOf(await startApplication(programs));
    const dist = programs.folder();
    // As it ships, but for a map that says which file of the source each of its places comes from.
    await bundle('0.0.0-profile', dist, 'inline');
    const profiled: Profiled[] = [];
    for (const { places, ...row } of rowsOf(join(dist, 'hookgate.js')))
      profiled.push(await profile(row, programs, upstream, count, places));
    const [gate] = profiled as [Profiled];
    const figures = profiled.map((row) => ({
      title: row.title,
      kB: row.allocations.total / count / 1000,
      collecting: (100 * (roomsOf(row.processor).get(collector) ?? 0)) / row.processor.total,
    }));
    const of = (title: string) =>
      figures.find((row) => row.title === title) ?? { kB: Number.NaN, collecting: Number.NaN };
    return {
      title: 'What an event allocates',
      tables: [
        {
          caption: `Allocated in the main thread by an event of 800 bytes, kept connections, ${concurrency} at once, and the share of that thread's time that its collector takes; ${count} events after ${warmUpCount}`,
          columns: ['', 'KB an event', 'collecting, %'],
          rows: figures.map(({ title, kB, collecting }) => [title, threeDigits(kB), threeDigits(collecting)]),
        },
        {
          caption: `The rooms of the source, of Node and of libraries that take most: ${gate.title}`,
          columns: ['', 'µs an event', '% of the time', 'bytes an event', '% of the bytes'],
          rows: roomRows(gate, count),
        },
      ],
      verdicts: [
        {
          target: 'allocated by an event',
          ...{ limit: 16, measured: of(gate.title).kB, unit: 'KB', bareHop: of(bareHop).kB },
        },
        {
          target: "share of the main thread's time that collecting takes",
          ...{ limit: 10, measured: of(gate.title).collecting, unit: '%', bareHop: of(bareHop).collecting },
        },
      ],
      pictures: [],
      figures,
    };
  },
};

/** A program without a map of its own: each function is its own place. */
const functionAlone: PlaceOf = ({ functionName }) => ({ room: functionName, name: functionName });

/** The gate first; the others forward and verify nothing, or do not even forward. */
function rowsOf(bin: string): readonly (Startable & { readonly places: PlaceOf })[] {
  const gate = (store: 'embedded' | 'memory') => ({
    places: createPlaces(),
    title: `hookgate, ${store} store`,
    start: (programs: Programs, upstream: string) =>
      startGate(programs, upstream, {
        program: [...imageSettings(), bin, 'serve'],
        env: { HOOKGATE_DUPLICATES_STORE: store },
      }),
  });
  const others: readonly Startable[] = [...atHand(['http-proxy-kept', 'node', 'undici']), nodeAlone];
  return [gate('embedded'), gate('memory'), ...others.map((other) => ({ ...other, places: functionAlone }))];
}

async function profile(
  { title, start }: Startable,
  programs: Programs,
  upstream: string,
  count: number,
  placeOf: PlaceOf,
): Promise<Profiled> {
  const { port: inspectorPort, flags } = await chooseInspectorPort();
  const inspected: Programs = {
    ...programs,
    start: (program) =>
      programs.start({ ...program, env: { ...program.env, NODE_OPTIONS: flags.join(' ') } }),
  };
  const started = await start(inspected, upstream);
  const inspector = await inspect(inspectorPort);
  const nextRound = eventsOf(800);
  const send = (size: number): Promise<number> =>
    sendAll(nextRound(size), { port: started.port, concurrency, connections: 'kept', status: 200 });
  await send(warmUpCount);
  const processor = processorTree(await sampleProcessor(inspector, () => send(count)), placeOf);
  const allocated = allocationTree(await sampleAllocations(inspector, () => send(count)), placeOf);
  inspector.close();
  await programs.end(started);
  return { title, processor, allocations: allocated };
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

function roomsOf(root: Call): Map<string, number> {
  return weightsBy(root, ({ room }) => room);
}
