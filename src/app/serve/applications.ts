import type { UpstreamConfig } from '../../config/config.ts';
import { createUpstream, type Upstream } from '../../forward/upstream.ts';

/** The applications that routes hand events to. Routes whose `upstream` is the same share one, and its connections. */
export interface Applications {
  /** For a configuration that is being looked over. Nothing changes until `take`. */
  draft(): ApplicationsDraft;
  close(): Promise<void>;
}

export interface ApplicationsDraft {
  /** The application for these rules: the one that is in use already, or a new one, which has no connection yet. */
  find(rules: UpstreamConfig, ca: Buffer | undefined): Upstream;
  /** Closes the applications that were not found, once `idle` resolves: a delivery under way keeps the one it began with. */
  take(idle: Promise<void>): void;
}

/** A larger answer than this is of no use to a sender of webhooks; it is read, and not kept. */
export const maxAnswerBytes = 64 * 1024;

export function createApplications(now: () => number): Applications {
  let inUse: ReadonlyMap<string, Upstream> = new Map();

  return {
    draft() {
      const found = new Map<string, Upstream>();
      return {
        find(rules, ca) {
          const caPem = ca?.toString();
          const { signing: _, ...reached } = rules;
          const key = JSON.stringify([reached, caPem]);
          const upstream =
            found.get(key) ?? inUse.get(key) ?? createUpstream({ ...rules, caPem, maxAnswerBytes, now });
          found.set(key, upstream);
          return upstream;
        },
        take(idle) {
          const before = inUse;
          inUse = found;
          for (const [key, upstream] of before) {
            if (!found.has(key)) void idle.then(() => upstream.close());
          }
        },
      };
    },
    async close() {
      await Promise.all([...inUse.values()].map((upstream) => upstream.close()));
    },
  };
}
