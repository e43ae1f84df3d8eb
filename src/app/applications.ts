import type { UpstreamConfig } from '../config/config.ts';
import { createUpstream, type Upstream } from '../forward/upstream.ts';

/** The applications that routes hand events to: routes that say the same of theirs share its connections. */
export interface Applications {
  /** The one for these rules, opened where no route has it yet. */
  open(rules: UpstreamConfig, ca: Buffer | undefined): Upstream;
  /** Lets go of all others once nobody uses them: a delivery that waits for its body has its own before it. */
  keepOnly(used: readonly Upstream[], idle: Promise<void>): void;
  close(): Promise<void>;
}

/** A larger answer than this is of no use to a sender of webhooks; it is read, and not kept. */
export const maxAnswerBytes = 64 * 1024;

export function createApplications(now: () => number): Applications {
  const open = new Map<string, Upstream>();

  return {
    open(rules, ca) {
      const caPem = ca?.toString();
      const { signing: _, ...reached } = rules;
      const key = JSON.stringify([reached, caPem]);
      const known = open.get(key);
      if (known !== undefined) return known;
      const upstream = createUpstream({ ...rules, caPem, maxAnswerBytes, now });
      open.set(key, upstream);
      return upstream;
    },
    keepOnly(used, idle) {
      for (const [key, upstream] of open) {
        if (used.includes(upstream)) continue;
        open.delete(key);
        void idle.then(() => upstream.close());
      }
    },
    async close() {
      await Promise.all([...open.values()].map((upstream) => upstream.close()));
    },
  };
}
