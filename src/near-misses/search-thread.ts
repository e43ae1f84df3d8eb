import { Worker } from 'node:worker_threads';
import { builtFile } from '../values/built-file.ts';
import type { Question } from './search.ts';
import type { FromThread } from './search-worker.ts';

export interface SearchThread {
  /** Hands the question over; the bytes of its body are gone from here. */
  ask(question: Question): void;
  /** Ends it in the middle of whatever it does. */
  end(): Promise<unknown>;
}

/**
 * Starts the thread that searches; `onEnd` is its last call, with the code or the class of what ended it. It keeps
 * no process alive.
 */
export function startSearchThread(
  onAnswer: (answer: FromThread) => void,
  onEnd: (why: string | undefined) => void,
): SearchThread {
  const thread = new Worker(builtFile('near-misses-worker.js'), {
    name: 'hookgate-near-misses',
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
  });
  thread.unref();
  let why: string | undefined;
  thread.on('message', onAnswer);
  thread.on('error', (error) => {
    const { code, name } = Object(error) as { code?: unknown; name?: unknown };
    why = String(code ?? name ?? 'no reason given');
  });
  thread.on('exit', () => onEnd(why));
  return {
    ask: (question) => thread.postMessage(question, [question.body.buffer as ArrayBuffer]),
    end: () => thread.terminate(),
  };
}
