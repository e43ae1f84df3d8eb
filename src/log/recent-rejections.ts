/** The last refusals with their reasons and addresses, for `/rejections`; no bodies. */
export interface RecentRejection {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly requestId: string;
  readonly route: string;
  readonly reason: string;
  readonly detail: string;
  readonly address: string | undefined;
}

export interface RecentRejections {
  /** `atMs` is wall-clock milliseconds: whoever reads the list has the time written, not each refusal. */
  add(rejection: Omit<RecentRejection, 'time'>, atMs: number): void;
  /** Newest first. */
  list(): RecentRejection[];
}

export function createRecentRejections(max: number): RecentRejections {
  const ring: { rejection: Omit<RecentRejection, 'time'>; atMs: number }[] = [];
  let next = 0;
  return {
    add(rejection, atMs) {
      ring[next] = { rejection, atMs };
      next = (next + 1) % max;
    },
    list: () =>
      [...ring.slice(next), ...ring.slice(0, next)]
        .reverse()
        .map(({ rejection, atMs }) => ({ time: new Date(atMs).toISOString(), ...rejection })),
  };
}
