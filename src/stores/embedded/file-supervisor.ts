import { type StoreHealth, StoreRefused, StoreUnavailable } from '../../delivery/duplicate-store.ts';
import { whatWentWrong } from '../../values/what-went-wrong.ts';
import { type BatchLine, createBatchLine } from './batch-line.ts';
import { type FileThread, type FromWorker, startFileThread } from './file-thread.ts';
import { lostSentence } from './lost-commits.ts';
import { createRetentionClock } from './retention-clock.ts';
import { createMainEnd, type MainEnd } from './shared-memory.ts';

export interface SupervisorOptions {
  readonly file: string;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** How long to wait for another process to let go of the file. */
  readonly lockWaitMs: number;
  /**
   * Called with a sentence once the open file turned out to be damaged. No other thread is started: SQLite promises nothing
   * about what it would write into such a file. Until the process ends, every operation is refused.
   */
  readonly onDamaged?: (sentence: string) => void;
  /** Each fault is one error of it. */
  readonly log?: StoreLog;
  /** Expired keys leave the file at most so much later; default one hour. */
  readonly sweepEveryMs?: number;
  /** How long the disk may keep a batch before operations are refused; default five seconds. */
  readonly answerWithinMs?: number;
}

/** What a logger must be able to do here; pino's is one. */
export interface StoreLog {
  info(sentence: string): void;
  warn(sentence: string): void;
  error(sentence: string): void;
}

/** The file with a thread behind it that is replaced whenever it ends. */
export interface FileSupervisor {
  /** How long a question or a record may take, milliseconds. */
  readonly answersWithinMs: number;
  /** Why no operation is taken now; undefined when they are. */
  unavailable(): StoreUnavailable | undefined;
  ask(key: string): Promise<boolean>;
  record(key: string, retentionMs: number): Promise<void>;
  health(): StoreHealth;
  close(): Promise<void>;
  readonly closed: boolean;
}

const firstRetryMs = 100;
/** Less than a stop goes on trying to record what is left (src/claims/unrecorded.ts): a disk that is back is found by then. */
const longestRetryMs = 3000;
const tickMs = 250;
const closeWithinMs = 10_000;
const lineCapacity = 65_536;

/** Resolves when the file is open; rejects with `StoreRefused`. `onTick` is called four times a second. */
export function superviseFile(
  options: SupervisorOptions,
  onTick: () => void,
  startThread: typeof startFileThread = startFileThread,
): Promise<FileSupervisor> {
  const { file, now, log, answerWithinMs = 5000 } = options;
  const clock = createRetentionClock({
    now,
    wallClock: options.wallClock,
    onJump: (byMs) =>
      log?.warn(
        `The wall clock jumped by ${Math.round(byMs / 1000)} s; expired keys are kept for five minutes.`,
      ),
  });
  let thread: FileThread | undefined;
  let end: MainEnd | undefined;
  /** Rows that the last walk through the file found damaged. */
  let damagedRows = 0;
  /** Transactions that a damaged write-ahead log held; each has a record at least. */
  let lostCommits = 0;
  let isDamaged = false;
  /** Why the store is down; undefined while it is up. */
  let trouble: string | undefined = `${file} is being opened.`;
  let retryMs = firstRetryMs;
  let retryTimer: NodeJS.Timeout | undefined;
  let closing: Promise<void> | undefined;
  let onThreadEnd: () => void = () => {};

  const tellTime = (to: MainEnd): void => to.setTime(clock.read(), clock.wallMs, clock.settled());

  const line: BatchLine = createBatchLine({
    now: () => performance.now(),
    capacity: lineCapacity,
    beforeSend: tellTime,
    onAnswer() {
      retryMs = firstRetryMs;
      if (end !== undefined && trouble !== undefined && !closing) backUp('The disk answers again.');
    },
  });

  const ticking = setInterval(() => {
    if (end) tellTime(end);
    if (trouble === undefined && line.outForMs() > answerWithinMs) {
      goDown(`The disk of the store's file ${file} has not answered for ${answerWithinMs} ms.`);
      line.stall(new StoreUnavailable(trouble));
    }
    onTick();
  }, tickMs);
  ticking.unref();

  const goDown = (sentence: string): void => {
    if (trouble !== sentence) log?.error(sentence);
    trouble = sentence;
  };

  const backUp = (sentence: string): void => {
    log?.info(sentence);
    trouble = undefined;
  };

  /** Starts a thread; calls back with undefined once the file is open, or with the reason when the thread ends. */
  const start = (afterFault: boolean, ended: (sentence: string) => void, opened: () => void): void => {
    const { lockWaitMs, sweepEveryMs = 3_600_000 } = options;
    const mine = createMainEnd();
    tellTime(mine);
    let sentence: string | undefined;
    const onMessage = (message: FromWorker): void => {
      if (message.kind === 'waiting') {
        log?.warn(`Another process has the store's file ${file} open; waiting for up to ${lockWaitMs} ms.`);
      } else if (message.kind === 'opened') {
        // Another thread of this process: the clock has run on meanwhile.
        if (message.clock && !afterFault) clock.resume(message.clock);
        tellTime(mine);
        end = mine;
        line.connect(mine);
        opened();
      } else if (message.kind === 'lost') {
        tellLost(message.commits);
      } else if (message.kind === 'walked') {
        tellDamaged(message.damaged);
      } else if (message.kind === 'fault') {
        sentence = message.sentence;
        isDamaged = message.damaged;
        disconnect(sentence);
      }
    };
    thread = startThread(
      { memory: mine.memory, file, lockWaitMs, afterFault, sweepEveryMs },
      onMessage,
      (error) => {
        thread = undefined;
        disconnect(sentence ?? `The thread of the store's file ${file} ended (${whatWentWrong(error)}).`);
        ended(sentence ?? whatWentWrong(error));
        onThreadEnd();
      },
    );
  };

  const tellLost = (commits: number): void => {
    lostCommits += commits;
    log?.error(lostSentence(file, commits));
  };

  const tellDamaged = (rows: number): void => {
    if (rows > damagedRows) {
      log?.error(
        `${rows} records in the store's file ${file} are damaged: repeats of these events may reach the application. Look at the disk, and restore the file.`,
      );
    }
    damagedRows = rows;
  };

  const disconnect = (sentence: string): void => {
    end = undefined;
    if (!closing) goDown(sentence);
    line.fail(new StoreUnavailable(sentence));
  };

  const retry = (): void => {
    if (closing) return;
    if (isDamaged) {
      options.onDamaged?.(trouble ?? file);
      return;
    }
    retryTimer = setTimeout(() => {
      start(true, retry, () => backUp(`The store's file ${file} is open again.`));
    }, retryMs);
    retryTimer.unref();
    retryMs = Math.min(longestRetryMs, retryMs * 2);
  };

  const shut = async (): Promise<void> => {
    clearTimeout(retryTimer);
    const ended = new Promise<void>((resolve) => {
      onThreadEnd = resolve;
    });
    const late = setTimeout(() => void thread?.terminate(), closeWithinMs);
    if (thread && end) {
      await line.drained();
      end?.sendClose();
    } else {
      void thread?.terminate();
    }
    if (thread) await ended;
    clearTimeout(late);
    clearInterval(ticking);
    line.fail(new StoreUnavailable('The embedded store is closed.'));
  };

  const supervisor: FileSupervisor = {
    // How long the disk has been silent is looked at with every tick.
    answersWithinMs: answerWithinMs + tickMs,
    unavailable() {
      if (closing) return new StoreUnavailable('The embedded store is closed.');
      return trouble === undefined ? undefined : new StoreUnavailable(trouble);
    },
    ask: (key) => line.ask(key),
    record: (key, retentionMs) => line.record(key, clock.read() + retentionMs),
    health() {
      const remembered = end?.remembered();
      const damaged = damagedRows + lostCommits;
      if (closing) return { up: false, detail: 'The embedded store is closed.' };
      if (trouble !== undefined) return { up: false, detail: trouble };
      const count =
        remembered === undefined ? 'its keys are still being counted' : `about ${remembered} keys`;
      return {
        up: true,
        detail: `The store's file ${file} is open; ${count}${damaged === 0 ? '' : `, ${damaged} damaged`}.`,
        ...(remembered === undefined ? {} : { remembered }),
        ...(damaged === 0 ? {} : { damaged }),
      };
    },
    close() {
      closing ??= shut();
      return closing;
    },
    get closed() {
      return closing !== undefined;
    },
  };

  return new Promise((resolve, reject) => {
    let open = false;
    start(
      false,
      (sentence) => {
        if (open) return retry();
        clearInterval(ticking);
        reject(new StoreRefused(sentence));
      },
      () => {
        open = true;
        trouble = undefined;
        resolve(supervisor);
      },
    );
  });
}
