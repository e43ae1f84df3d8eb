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
  add(rejection: RecentRejection): void;
  /** Newest first. */
  list(): RecentRejection[];
}

export function createRecentRejections(max: number): RecentRejections {
  const ring: RecentRejection[] = [];
  let next = 0;
  return {
    add(rejection) {
      ring[next] = rejection;
      next = (next + 1) % max;
    },
    list: () => [...ring.slice(next), ...ring.slice(0, next)].reverse(),
  };
}
