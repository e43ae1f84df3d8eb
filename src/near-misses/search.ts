/**
 * The room `near-misses` looks, beside the deliveries, for why an event of a listed sender was refused: whether it would
 * have matched under a way of writing that is not listed, or under what a key's file was probably meant to hold. It works
 * in a thread of its own, seldom and for a short time, and tells names and sentences: no byte of a body or a key comes back.
 *
 * Here: one search.
 */
import { createEnvelopeScan, wholeBody } from '../schemes/envelope.ts';
import { createSigningSearch } from '../schemes/nearest-signing.ts';
import { matchSentence, remedyFor, type WaysFrom } from '../schemes/remedy.ts';
import type { Scheme } from '../schemes/scheme.ts';

/** All that a search needs; a copy, which it wipes when it is done. */
export interface Question {
  readonly scheme: Scheme;
  readonly waysFrom: WaysFrom;
  readonly keys: readonly { readonly name: string; readonly secret: Uint8Array }[];
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
}

/** What is told of it: names and sentences of the gate's own; of what the sender wrote only a name before the signature. */
export interface FoundSigning {
  readonly key: string;
  /** How it may have been signed. */
  readonly match: string;
  readonly remedy: string;
  /** For hookgate.yaml; undefined where no setting helps. */
  readonly line: string | undefined;
}

export type Search = (question: Question) => FoundSigning | undefined;

/** Searches for `budgetMs` at most, of the time that `clockMs` tells; one attempt that has begun is ended. */
export function createSearch(budgetMs: number, clockMs: () => number): Search {
  const findNearest = createSigningSearch();
  return (question) => {
    const endMs = clockMs() + budgetMs;
    try {
      return search(question, () => clockMs() >= endMs);
    } finally {
      question.body.fill(0);
      for (const { secret } of question.keys) secret.fill(0);
    }
  };

  function search(question: Question, isOver: () => boolean): FoundSigning | undefined {
    const { scheme, rawHeaders } = question;
    const body = asBuffer(question.body);
    const scan =
      scheme.form === undefined ? { envelope: wholeBody(body) } : createEnvelopeScan(scheme.form)(body);
    if (!('envelope' in scan)) return undefined;
    const keys = question.keys.map(({ name, secret }) => ({ name, secret: asBuffer(secret) }));
    const limits = { isOver, isThorough: false };
    const nearest = findNearest(scheme, { rawHeaders, envelope: scan.envelope }, keys, limits);
    if (nearest === undefined) return undefined;
    const { sentence, line } = remedyFor(scheme, question.waysFrom, nearest);
    return { key: nearest.keyName, match: matchSentence(scheme, nearest, true), remedy: sentence, line };
  }
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
