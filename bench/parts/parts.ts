import { allowlist } from './allowlist.ts';
import { gate } from './gate.ts';
import type { Part } from './part.ts';

/** In the order of a whole run. */
export const parts: readonly Part[] = [gate, allowlist];
