import { StoreUnavailable } from '../../delivery/duplicate-store.ts';
import { batchSize, type MainEnd } from './shared-memory.ts';

interface Waiting<T> {
  readonly key: string;
  /** End of retention; 0 for a question. */
  readonly endsAt: number;
  readonly resolve: (answer: T) => void;
  readonly reject: (error: StoreUnavailable) => void;
}

/**
 * The operations on their way to the file. One batch is out at a time; everything that comes meanwhile goes with
 * the next: that is the group commit.
 */
export interface BatchLine {
  /** Resolves when the record is durable. */
  record(key: string, endsAt: number): Promise<void>;
  /** Whether the file has the key as delivered. */
  ask(key: string): Promise<boolean>;
  /** Rejects all that waits, and whatever comes while there is no thread. */
  fail(error: StoreUnavailable): void;
  /** Rejects all that waits, and whatever comes until the batch that is out has come back. */
  stall(error: StoreUnavailable): void;
  /** Takes the shared memory of a new thread into use. */
  connect(end: MainEnd): void;
  /** Resolves when nothing waits any more. */
  drained(): Promise<void>;
  /** Monotonic milliseconds since the batch now out was handed over; 0 when none is out. */
  outForMs(): number;
}

export function createBatchLine(options: {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Operations that may wait for their turn. */
  readonly capacity: number;
  /** Called before each batch: sets the exchange's time. */
  readonly beforeSend: (end: MainEnd) => void;
  /** Called when a batch has come back. */
  readonly onAnswer: () => void;
}): BatchLine {
  const { now, capacity, beforeSend, onAnswer } = options;
  let end: MainEnd | undefined;
  let records: Waiting<void>[] = [];
  let questions: Waiting<boolean>[] = [];
  let out:
    | { end: MainEnd; records: Waiting<void>[]; questions: Waiting<boolean>[]; sentAt: number }
    | undefined;
  let stalled: StoreUnavailable | undefined;
  let scheduled = false;
  let whenDrained: (() => void)[] = [];

  const add = <T>(queue: Waiting<T>[], key: string, endsAt: number): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (end === undefined) return reject(new StoreUnavailable('The embedded store has no file open.'));
      if (stalled !== undefined) return reject(stalled);
      if (records.length + questions.length >= capacity) {
        return reject(new StoreUnavailable(`More than ${capacity} operations wait for the disk.`));
      }
      queue.push({ key, endsAt, resolve, reject });
      schedule();
    });

  const schedule = (): void => {
    if (scheduled || out !== undefined) return;
    scheduled = true;
    // After this turn of the event loop, so that everything which came in one poll shares a commit.
    setImmediate(send);
  };

  const send = (): void => {
    scheduled = false;
    const to = end;
    if (to === undefined || out !== undefined || records.length + questions.length === 0) return;
    const batch = {
      end: to,
      records: records.length > batchSize ? records.splice(0, batchSize) : records,
      questions: questions.length > batchSize ? questions.splice(0, batchSize) : questions,
      sentAt: now(),
    };
    if (batch.records === records) records = [];
    if (batch.questions === questions) questions = [];
    batch.records.forEach((one, index) => {
      to.putRecord(index, one.key, one.endsAt);
    });
    batch.questions.forEach((one, index) => {
      to.putQuestion(index, one.key);
    });
    out = batch;
    beforeSend(to);
    to.send(batch.records.length, batch.questions.length, () => cameBack(batch));
  };

  const cameBack = (batch: NonNullable<typeof out>): void => {
    // A batch of a thread that has ended since: what waited for it has been rejected.
    if (out !== batch) return;
    [out, stalled] = [undefined, undefined];
    for (const one of batch.records) one.resolve();
    batch.questions.forEach((one, index) => {
      one.resolve(batch.end.isDelivered(index));
    });
    onAnswer();
    if (records.length + questions.length > 0) send();
    else tellDrained();
  };

  /** What is out keeps its place, since its memory belongs to the thread until it comes back. */
  const rejectAll = (error: StoreUnavailable): void => {
    const waiting = [...(out?.records ?? []), ...(out?.questions ?? []), ...records, ...questions];
    if (out) [out.records, out.questions] = [[], []];
    [records, questions] = [[], []];
    for (const one of waiting) one.reject(error);
  };

  const tellDrained = (): void => {
    for (const resolve of whenDrained) resolve();
    whenDrained = [];
  };

  return {
    record: (key, endsAt) => add(records, key, endsAt),
    ask: (key) => add(questions, key, 0),
    fail(error) {
      end?.abandon();
      rejectAll(error);
      [end, out, stalled] = [undefined, undefined, undefined];
      tellDrained();
    },
    stall(error) {
      rejectAll(error);
      stalled = error;
    },
    connect(next) {
      end = next;
    },
    drained: () =>
      out === undefined && records.length + questions.length === 0
        ? Promise.resolve()
        : new Promise((resolve) => whenDrained.push(resolve)),
    outForMs: () => (out === undefined ? 0 : now() - out.sentAt),
  };
}
