import { postEvent } from './post-event.ts';
import { signedEvent } from './sign-event.ts';

export interface LoadFigures {
  sent: number;
  events: number;
  answered200: number;
  /** 200 although the application had not seen the event. */
  false200: number;
  accepted: number;
  lost: number;
  repeated: number;
  /** The longest time between two answers of 200. */
  longestStallMs: number;
}

export interface LoadOptions {
  readonly urls: readonly string[];
  readonly concurrency: number;
  /** Bodies that the application has accepted. */
  readonly accepted: () => readonly { readonly body: Buffer | string }[];
}

const pauseMs = 100;

/**
 * Plays a provider that tries each event until it is answered 200, at another gate each time. `stop` waits for all
 * that have been begun.
 */
export function startLoad({ urls, concurrency, accepted }: LoadOptions): {
  readonly figures: LoadFigures;
  stop(): Promise<LoadFigures>;
} {
  const figures: LoadFigures = {
    sent: 0,
    events: 0,
    answered200: 0,
    false200: 0,
    accepted: 0,
    lost: 0,
    repeated: 0,
    longestStallMs: 0,
  };
  const references: string[] = [];
  let lastMs = performance.now();
  let stopping = false;
  const counts = new Map<string, number>();
  let counted = 0;
  const timesOf = (reference: string): number => {
    const all = accepted();
    for (; counted < all.length; counted++) {
      const name = /ref-\d+-/.exec(String(all[counted]?.body))?.[0] ?? '';
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return counts.get(reference) ?? 0;
  };

  const workers = Array.from({ length: concurrency }, async () => {
    while (!stopping) {
      const reference = `ref-${references.length}-`;
      references.push(reference);
      const body = signedEvent('payment.session.succeeded', { reference, amount: 1000 });
      for (let attempt = 0; ; attempt++) {
        figures.sent += 1;
        const url = urls[(references.length + attempt) % urls.length] as string;
        const status = await postEvent(url, body).then(
          (answer) => answer.status,
          () => undefined,
        );
        if (status === 200) break;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
      figures.answered200 += 1;
      if (timesOf(reference) === 0) figures.false200 += 1;
      const nowMs = performance.now();
      figures.longestStallMs = Math.max(figures.longestStallMs, Math.round(nowMs - lastMs));
      lastMs = nowMs;
    }
  });
  return {
    figures,
    async stop() {
      stopping = true;
      await Promise.all(workers);
      figures.events = references.length;
      figures.lost = references.filter((reference) => timesOf(reference) === 0).length;
      figures.accepted = accepted().length;
      figures.repeated = figures.accepted - references.length + figures.lost;
      return figures;
    },
  };
}
