/** Both of V8's sampling profilers, over a program that events are sent to. */
import { sendAll } from '../load/closed-loop.ts';
import { eventsOf } from '../load/signed-requests.ts';
import { concurrency, warmUpCount } from '../measure/costs.ts';
import type { Startable } from '../peers/contenders.ts';
import type { Programs } from '../peers/programs.ts';
import { allocationTree, type Call, type PlaceOf, processorTree, weightsBy } from './call-tree.ts';
import { chooseInspectorPort, inspect } from './inspector.ts';
import { sampleAllocations, sampleProcessor } from './sample.ts';

export interface Profiled {
  readonly title: string;
  readonly processor: Call;
  readonly allocations: Call;
}

/** A program without a map of its own: each function is its own place. */
const functionAlone: PlaceOf = ({ functionName }) => ({ room: functionName, name: functionName });

/** Of `count` events of 800 bytes for each of the two, through a program that is started for them and ended. */
export async function profileEvents(
  { title, start, placeOf = functionAlone }: Startable & { readonly placeOf?: PlaceOf },
  programs: Programs,
  upstream: string,
  count: number,
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
  const nextRound = eventsOf(800);
  const send = (size: number): Promise<number> =>
    sendAll(nextRound(size), { port: started.port, concurrency, connections: 'kept', status: 200 });
  await send(warmUpCount);
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
