/**
 * The memory that the main thread and the file's thread share. One batch at a time goes over and comes back; the
 * wake-ups are per batch, since a message per event cost more processor time than the whole record.
 */

/** Records and questions that fit into one batch. */
export const batchSize = 1024;
/** A record: 32 bytes of key, then the end of its retention as a little-endian double. */
export const recordBytes = 40;
/** A key: a SHA-256 digest. */
export const keyBytes = 32;

/** Indexes into `words`. */
const turn = 0;
const records = 1;
const questions = 2;
const closing = 3;
const sweepAllowed = 4;
/** Indexes into `numbers`. */
const time = 0;
const remembered = 1;
const wall = 2;

/** Values of `turn`; 0 before the first batch. */
const workers = 1;
const answered = 2;

const layout = { numbers: 64, answers: 128, records: 128 + batchSize } as const;
const questionsAt = layout.records + batchSize * recordBytes;
const totalBytes = questionsAt + batchSize * keyBytes;

/** What the file's thread answers to a question. */
export const answers = { absent: 0, delivered: 1 } as const;

function views(memory: SharedArrayBuffer) {
  const words = new Int32Array(memory, 0, 16);
  const numbers = new Float64Array(memory, layout.numbers, 8);
  return {
    words,
    numbers,
    answers: new Uint8Array(memory, layout.answers, batchSize),
    /** Buffers, for their hex writing. */
    records: Buffer.from(memory, layout.records, batchSize * recordBytes),
    ends: new Float64Array(memory, layout.records, (batchSize * recordBytes) / 8),
    questions: Buffer.from(memory, questionsAt, batchSize * keyBytes),
  };
}

export interface MainEnd {
  readonly memory: SharedArrayBuffer;
  putRecord(index: number, key: string, endsAt: number): void;
  putQuestion(index: number, key: string): void;
  /** Hands the batch over and calls back when it has come back. */
  send(recordCount: number, questionCount: number, done: () => void): void;
  /** Hands over the wish to close; the answer is the thread's end. */
  sendClose(): void;
  /** Lets go of a batch whose thread has ended. */
  abandon(): void;
  isDelivered(index: number): boolean;
  /** Tells the thread the time, what the wall clock says, and whether it may remove what has expired. */
  setTime(timeMs: number, wallMs: number, maySweep: boolean): void;
  /** Delivered keys that are remembered; undefined until they have been counted. */
  remembered(): number | undefined;
}

/** The main thread's end; it never blocks. */
export function createMainEnd(): MainEnd {
  const memory = new SharedArrayBuffer(totalBytes);
  const view = views(memory);
  view.numbers[remembered] = -1;
  const handOver = (): void => {
    Atomics.store(view.words, turn, workers);
    Atomics.notify(view.words, turn);
  };
  return {
    memory,
    putRecord(index, key, endsAt) {
      view.records.write(key, index * recordBytes, keyBytes, 'hex');
      view.ends[index * 5 + 4] = endsAt;
    },
    putQuestion(index, key) {
      view.questions.write(key, index * keyBytes, keyBytes, 'hex');
    },
    send(recordCount, questionCount, done) {
      view.words[records] = recordCount;
      view.words[questions] = questionCount;
      handOver();
      const waiting = Atomics.waitAsync(view.words, turn, workers);
      if (waiting.async) waiting.value.then(done);
      else queueMicrotask(done);
    },
    sendClose() {
      Atomics.store(view.words, closing, 1);
      handOver();
    },
    abandon() {
      Atomics.store(view.words, turn, answered);
      Atomics.notify(view.words, turn);
    },
    isDelivered: (index) => view.answers[index] === answers.delivered,
    setTime(timeMs, wallMs, maySweep) {
      view.numbers[time] = timeMs;
      view.numbers[wall] = wallMs;
      view.words[sweepAllowed] = maySweep ? 1 : 0;
    },
    remembered() {
      const count = view.numbers[remembered] ?? -1;
      return count < 0 ? undefined : count;
    },
  };
}

export interface WorkerEnd {
  /** Blocks until a batch has come or the time is up; true when there is one. */
  waitForBatch(timeoutMs: number): boolean;
  readonly closing: boolean;
  readonly timeMs: number;
  readonly wallMs: number;
  readonly maySweep: boolean;
  readonly questionCount: number;
  /** A copy of the batch's records, `recordBytes` each; it holds until the next call. */
  records(): Uint8Array;
  /** A copy of one question's key. */
  question(index: number): Uint8Array;
  answer(index: number, answer: number): void;
  /** Gives the batch back. */
  done(): void;
  setRemembered(count: number): void;
}

/** The file thread's end. */
export function createWorkerEnd(memory: SharedArrayBuffer): WorkerEnd {
  const view = views(memory);
  // SQLite takes no shared memory. One copy for all batches: the thread's garbage would wait long for its collection.
  const copied = new Uint8Array(batchSize * recordBytes);
  return {
    waitForBatch(timeoutMs) {
      const found = Atomics.load(view.words, turn);
      if (found !== workers) Atomics.wait(view.words, turn, found, timeoutMs);
      return Atomics.load(view.words, turn) === workers;
    },
    get closing() {
      return Atomics.load(view.words, closing) === 1;
    },
    get timeMs() {
      return view.numbers[time] ?? 0;
    },
    get wallMs() {
      return view.numbers[wall] ?? 0;
    },
    get maySweep() {
      return view.words[sweepAllowed] === 1;
    },
    get questionCount() {
      return view.words[questions] ?? 0;
    },
    records() {
      const bytes = (view.words[records] ?? 0) * recordBytes;
      copied.set(view.records.subarray(0, bytes));
      return copied.subarray(0, bytes);
    },
    question: (index) =>
      Uint8Array.prototype.slice.call(view.questions, index * keyBytes, (index + 1) * keyBytes),
    answer(index, answer) {
      view.answers[index] = answer;
    },
    done() {
      Atomics.store(view.words, turn, answered);
      Atomics.notify(view.words, turn);
    },
    setRemembered(count) {
      view.numbers[remembered] = count;
    },
  };
}
