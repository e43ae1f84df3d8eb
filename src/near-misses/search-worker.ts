/** The thread that searches: one question after the other, each answered once. */
import { parentPort } from 'node:worker_threads';
import { juicywayScheme } from '../schemes/juicyway-scheme.ts';
import { createSearch, type FoundSigning, type Question } from './search.ts';

/** Of one search. */
const budgetMs = 5;

/**
 * Searches for nothing at the start: code that runs for the first time takes ten times as long, and a refused event may be
 * the only one for hours.
 */
const warmUps = 10;

/** What the thread tells of one question. */
export type FromThread =
  | { readonly kind: 'found'; readonly found: FoundSigning }
  | { readonly kind: 'nothing' }
  /** The class of the error alone: its message might quote the body. */
  | { readonly kind: 'failed'; readonly error: string };

const search = createSearch(budgetMs, processorMs);
for (let count = 0; count < warmUps; count++) search(anyQuestion());
parentPort?.on('message', (question: Question) => {
  parentPort?.postMessage(answer(question));
});

function answer(question: Question): FromThread {
  try {
    const found = search(question);
    return found === undefined ? { kind: 'nothing' } : { kind: 'found', found };
  } catch (error) {
    return { kind: 'failed', error: error instanceof Error ? error.name : typeof error };
  }
}

function anyQuestion(): Question {
  const body = Buffer.from(`{"event":"e","data":{"b":"/é","a":[1]},"checksum":"${'0'.repeat(64)}"}`);
  const keys = [{ name: 'none', secret: Buffer.from('none') }];
  return { scheme: juicywayScheme(['received']), waysFrom: 'message', keys, rawHeaders: [], body };
}

/** Of this thread alone: what others keep the processor for is no cost of the search. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
