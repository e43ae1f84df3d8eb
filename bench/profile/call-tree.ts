/** Profiles as trees of calls: V8 writes the one of processor time as a list, and the one of the heap as a tree. */
import type { CallFrame } from './inspector.ts';
import type { Place } from './places.ts';

/** A function as it was called on one way from the root. */
export interface Call {
  readonly place: Place;
  /** What was measured in the function itself: microseconds, or bytes. */
  readonly self: number;
  /** The same together with all that it called. */
  readonly total: number;
  readonly children: readonly Call[];
}

export type PlaceOf = (frame: CallFrame) => Place;

/** What `Profiler.stop` answers, and a `.cpuprofile` file has. */
export interface ProcessorProfile {
  /** The root is the first. */
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: CallFrame;
    readonly children?: readonly number[];
  }[];
  /** The node that was running, by its id. */
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

/** What `HeapProfiler.stopSampling` answers as its head. */
export interface AllocatingCall {
  readonly callFrame: CallFrame;
  readonly selfSize: number;
  readonly children: readonly AllocatingCall[];
}

export function callOf(place: Place, self: number, children: readonly Call[]): Call {
  return { place, self, total: children.reduce((sum, { total }) => sum + total, self), children };
}

/** Microseconds by call; the time in which the thread had nothing to do is left out. */
export function processorTree({ nodes, samples, timeDeltas }: ProcessorProfile, placeOf: PlaceOf): Call {
  const spent = new Map<number, number>();
  for (const [index, id] of samples.entries()) spent.set(id, (spent.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const grow = ({ id, callFrame, children = [] }: ProcessorProfile['nodes'][number]): Call => {
    const isWaiting = ['(idle)', '(root)'].includes(callFrame.functionName);
    const called = children.flatMap((child) => byId.get(child) ?? []).map(grow);
    return callOf(placeOf(callFrame), isWaiting ? 0 : (spent.get(id) ?? 0), called);
  };
  const [root] = nodes;
  if (root === undefined) throw new Error('a profile without a call');
  return grow(root);
}

/** Bytes by call. */
export function allocationTree(head: AllocatingCall, placeOf: PlaceOf): Call {
  const called = head.children.map((child) => allocationTree(child, placeOf));
  return callOf(placeOf(head.callFrame), head.selfSize, called);
}

/** The call and all under it. */
export function* eachCall(call: Call): Generator<Call> {
  yield call;
  for (const child of call.children) yield* eachCall(child);
}

/** What was measured in the functions themselves, summed up by what `of` says of their places; the most first. */
export function weightsBy(root: Call, of: (place: Place) => string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const { place, self } of eachCall(root)) {
    const name = of(place);
    weights.set(name, (weights.get(name) ?? 0) + self);
  }
  return new Map([...weights].toSorted((left, right) => right[1] - left[1]));
}
