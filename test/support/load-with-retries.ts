import { postEvent } from './post-event.ts';
import { signedEvent } from './sign-event.ts';

export interface LoadFigures {
  /** Requests, repeats included, until every event was answered 200. */
  sent: number;
  events: number;
  answered200: number;
  /** Acceptances by the application. */
  accepted: number;
  /** Events that the application never accepted. */
  lost: number;
  /** Acceptances beyond the first of an event. */
  repeated: number;
  /** Answered 200 as a duplicate although the application had not accepted that event: another one's 200. */
  wronglySuppressed: number;
  /** 200 of whatever kind although the application had not accepted the event. */
  false200: number;
  /** Answers of 502 and 504, and connections that broke: whether the application has the event is not known. */
  unknown: number;
  /** The longest time between two answers of 200. */
  longestStallMs: number;
}

export interface Load {
  readonly figures: LoadFigures;
  /** Begins no event any more, waits until all are answered 200, and closes the books. */
  stop(): Promise<LoadFigures>;
  /**
   * Sends every event once more until it is answered 200, after `stop`: how many the application accepted again,
   * which the store had forgotten.
   */
  sendAgain(): Promise<number>;
}

export interface LoadOptions {
  readonly urls: readonly string[];
  readonly concurrency: number;
  /** Bodies that the application has accepted. */
  readonly accepted: () => readonly { readonly body: Buffer | string }[];
}

const pauseMs = 100;
const names = ['payment.session.succeeded', 'payment.session.failed'] as const;

/**
 * Plays a provider that tries each event until it is answered 200, at another gate each time. Events come in pairs
 * that differ in nothing but their name, so that a gate that took one for the other would be seen.
 */
export function startLoad({ urls, concurrency, accepted }: LoadOptions): Load {
  const figures: LoadFigures = {
    sent: 0,
    events: 0,
    answered200: 0,
    accepted: 0,
    lost: 0,
    repeated: 0,
    wronglySuppressed: 0,
    false200: 0,
    unknown: 0,
    longestStallMs: 0,
  };
  const books = createBooks(accepted);
  let lastMs = performance.now();
  let stopping = false;

  const deliver = async (event: number): Promise<void> => {
    for (let attempt = 0; ; attempt++) {
      figures.sent += 1;
      const url = urls[(event + attempt) % urls.length] as string;
      const answer = await postEvent(url, bodyOf(event)).catch(() => undefined);
      if (answer?.status === 200) {
        if (books.timesOf(event) > 0) return;
        figures.false200 += 1;
        if (answer.headers.get('hookgate-duplicate') !== null) figures.wronglySuppressed += 1;
        return;
      }
      if (answer === undefined || answer.status === 502 || answer.status === 504) figures.unknown += 1;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  const workers = together(concurrency, async () => {
    while (!stopping) {
      await deliver(figures.events++);
      figures.answered200 += 1;
      const nowMs = performance.now();
      figures.longestStallMs = Math.max(figures.longestStallMs, Math.round(nowMs - lastMs));
      lastMs = nowMs;
    }
  });

  return {
    figures,
    async stop() {
      stopping = true;
      await workers;
      figures.accepted = accepted().length;
      for (let event = 0; event < figures.events; event++) if (books.timesOf(event) === 0) figures.lost += 1;
      figures.repeated = figures.accepted - (figures.events - figures.lost);
      return { ...figures };
    },
    async sendAgain() {
      const before = accepted().length;
      let next = 0;
      await together(concurrency, async () => {
        while (next < figures.events) await deliver(next++);
      });
      return accepted().length - before;
    },
  };
}

function bodyOf(event: number): Buffer {
  const reference = `ref-${Math.floor(event / names.length)}-`;
  return signedEvent(names[event % names.length] as string, { reference, amount: 1000 });
}

/** Counts acceptances by event, each body read once. */
function createBooks(accepted: LoadOptions['accepted']): { timesOf(event: number): number } {
  const counts = new Map<number, number>();
  let counted = 0;
  return {
    timesOf(event) {
      const all = accepted();
      for (; counted < all.length; counted++) {
        const body = String(all[counted]?.body);
        const pair = Number(/"ref-(\d+)-"/.exec(body)?.[1]);
        const own = pair * names.length + names.findIndex((name) => body.includes(`"${name}"`));
        counts.set(own, (counts.get(own) ?? 0) + 1);
      }
      return counts.get(event) ?? 0;
    },
  };
}

async function together(count: number, work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, work));
}
