import { allocations } from './allocations.ts';
import { allowlist } from './allowlist.ts';
import { data } from './data.ts';
import { duplicates } from './duplicates.ts';
import { floor } from './floor.ts';
import { footprint } from './footprint.ts';
import { gate } from './gate.ts';
import { keys } from './keys.ts';
import { latency } from './latency.ts';
import type { Part } from './part.ts';
import { passthrough } from './passthrough.ts';
import { refusals } from './refusals.ts';
import { soak } from './soak.ts';
import { stalls } from './stalls.ts';
import { streams } from './streams.ts';

/** In the order of a whole run and of the page: as a pod pays for it, then the floor and what grows. */
export const parts: readonly Part[] = [
  passthrough,
  streams,
  footprint,
  gate,
  allocations,
  latency,
  stalls,
  refusals,
  floor,
  allowlist,
  duplicates,
  keys,
  data,
  soak,
];
