import type { Call } from './call-tree.ts';

/** Where a call lies in a flame graph. */
export interface Frame {
  readonly call: Call;
  /** Calls between it and the root. */
  readonly depth: number;
  /** Its left edge, as a share of the root's width. */
  readonly x: number;
  /** Its total, as a share of the root's. */
  readonly width: number;
}

/**
 * Each call over its caller's, the dearest first, callers before those they call. What is narrower than `least`, a share
 * of the whole, is left out with all under it, so right of the children there is the caller's own share and theirs.
 */
export function layFrames(root: Call, least: number): Frame[] {
  const frames: Frame[] = [];
  const lay = (call: Call, depth: number, from: number): void => {
    frames.push({ call, depth, x: from / root.total, width: call.total / root.total });
    let next = from;
    for (const child of call.children.toSorted((left, right) => right.total - left.total)) {
      if (child.total < least * root.total) return;
      lay(child, depth + 1, next);
      next += child.total;
    }
  };
  if (root.total > 0) lay(root, 0, 0);
  return frames;
}
