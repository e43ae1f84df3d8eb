import { Answer, type Ending, PassThrough, type Settlement } from '../delivery/answer.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { Judge } from '../delivery/judge.ts';
import { Rejection, reject } from '../delivery/rejections.ts';
import type { Gates, Judging } from './order.ts';

/** Called once for each delivery that is settled, before the sender is answered. */
export type OnSettled = (delivery: Delivery, settlement: Settlement) => void;

/** Called where a gate threw: a fault of ours. */
export type OnFault = (delivery: Delivery, fault: unknown) => void;

export interface JudgeOptions {
  readonly gates: Gates;
  readonly onSettled: OnSettled;
  readonly onFault: OnFault;
  /** Called around each delivery. */
  readonly onBegun: () => void;
  readonly onEnded: () => void;
}

/** Leads each delivery through the gates until one of them ends it; a fault in a gate is answered 500. */
export function createJudge({ gates, onSettled, onFault, onBegun, onEnded }: JudgeOptions): Judge {
  return (delivery) => {
    onBegun();
    let ending: Ending | Promise<Ending>;
    try {
      ending = passGates(gates, delivery);
    } catch (fault) {
      ending = answerFault(delivery, fault);
    }
    return ending instanceof Promise
      ? ending.then(
          (later) => end(delivery, later),
          (fault) => end(delivery, answerFault(delivery, fault)),
        )
      : end(delivery, ending);
  };

  function answerFault(delivery: Delivery, fault: unknown): Rejection {
    onFault(delivery, fault);
    return reject('internal_error', 'a fault in the gate');
  }

  function end(delivery: Delivery, ending: Ending): Ending {
    try {
      if (!(ending instanceof PassThrough)) onSettled(delivery, ending);
      return ending;
    } finally {
      onEnded();
    }
  }
}

/** Without a promise for as long as no gate waits; `passRest` goes on behind the first that does. */
function passGates(gates: Gates, delivery: Delivery): Ending | Promise<Ending> {
  let stage: unknown = delivery;
  for (let index = 0; index < gates.length; index++) {
    const verdict = gates[index]?.(stage);
    if (verdict instanceof Promise) return passRest(gates, index + 1, verdict);
    if (isEnding(verdict)) return verdict;
    stage = verdict;
  }
  throw new Error('the last gate ended nothing');
}

async function passRest(gates: Gates, next: number, waitedFor: Promise<unknown>): Promise<Ending> {
  let stage = await waitedFor;
  for (let index = next; index < gates.length; index++) {
    if (isEnding(stage)) return stage;
    const verdict = gates[index]?.(stage);
    // Most gates wait for nothing; an `await` on each would cost a turn of the microtask queue.
    stage = verdict instanceof Promise ? await verdict : verdict;
  }
  if (isEnding(stage)) return stage;
  throw new Error('the last gate ended nothing');
}

/** Leads one delivery through the judging gates alone: what the last of them lets pass. Rejects where a gate throws. */
export async function passJudging<Last>(gates: Judging<Last>, delivery: Delivery): Promise<Ending | Last> {
  let stage: unknown = delivery;
  for (const gate of gates) {
    stage = await gate(stage);
    if (isEnding(stage)) return stage;
  }
  return stage as Last;
}

function isEnding(stage: unknown): stage is Ending {
  return stage instanceof Rejection || stage instanceof Answer || stage instanceof PassThrough;
}
