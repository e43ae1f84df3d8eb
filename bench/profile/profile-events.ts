/** Both of V8's sampling profilers, over a program that events are sent to. */
import { sendAll } from '../load/closed-loop.ts';
import { eventsOf } from '../load/signed-requests.ts';
import { concurrency, warmUpCount } from '../measure/costs.ts';
import type { Startable } from '../peers/contenders.ts';
import { imageSettings, startGate } from '../peers/gates.ts';
import type { Programs } from '../peers/programs.ts';
import { allocationTree, type Call, type PlaceOf, processorTree, weightsBy } from './call-tree.ts';
import { chooseInspectorPort, inspect } from './inspector.ts';
import { createPlaces } from './places.ts';
import { sampleAllocations, sampleProcessor } from './sample.ts';

export interface Profiled {
  readonly title: string;
  readonly processor: Call;
  readonly allocations: Call;
}

/** A program without a map of its own: each function is its own place. */
const functionAlone: PlaceOf = ({ functionName }) => ({ room: functionName, name: functionName });

/** What is profiled; `placeOf` says which place of the sources a call is. */
export interface Profilable extends Startable {
  readonly placeOf?: PlaceOf;
}

/** A gate from a bundle that has its map inside it, with the image's settings. */
export function profilableGate(bin: string, store: string): Profilable {
  return {
    title: `hookgate, ${store} store`,
    placeOf: createPlaces(),
    start: (programs, upstream) =>
      startGate(programs, upstream, {
        program: [...imageSettings(), bin, 'serve'],
        env: { HOOKGATE_DUPLICATES_STORE: store },
      }),
  };
}

export interface Load {
  /** Events for each of the two profilers, after those that warm up. */
  readonly count: number;
  readonly bytes?: number;
  readonly connections?: 'kept' | 'new';
}

/** Of a program that is started for it and ended; by default events of 800 bytes on kept connections. */
export async function profileEvents(
  { title, start, placeOf = functionAlone }: Profilable,
  programs: Programs,
  upstream: string,
  { count, bytes = 800, connections = 'kept' }: Load,
): Promise<Profiled> {
  const { port: inspectorPort, flags } = await chooseInspectorPort();
  const inspected: Programs = {
    ...programs,
    start: (program) =>
      programs.start({
        ...program,
        env: { ...program.env, NODE_OPTIONS: flags.join(' ') },
        isTalkative: true,
      }),
  };
  const started = await start(inspected, upstream);
  const inspector = await inspect(inspectorPort);
  const nextRound = eventsOf(bytes);
  const send = (size: number): Promise<number> =>
    sendAll(nextRound(size), { port: started.port, concurrency, connections, status: 200 });
  await send(Math.min(warmUpCount, 5 * count));
  const processor = processorTree(await sampleProcessor(inspector, () => send(count)), placeOf);
  const allocations = allocationTree(await sampleAllocations(inspector, () => send(count)), placeOf);
  inspector.close();
  await programs.end(started);
  return { title, processor, allocations };
}

export function roomsOf(root: Call): Map<string, number> {
  return weightsBy(root, ({ room }) => room);
}

/** Per cent of the main thread's time. */
export function collectingOf({ processor }: Profiled): number {
  return (100 * (roomsOf(processor).get('(garbage collector)') ?? 0)) / processor.total;
}
