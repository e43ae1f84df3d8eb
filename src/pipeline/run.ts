import { Answer, type Settlement } from '../delivery/answer.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { Rejection, reject } from '../delivery/rejections.ts';
import { PassThrough } from '../gates/gate.ts';
import type { Gates } from './order.ts';

/** Called once for each delivery that is settled, before the sender is answered. */
export type OnSettled = (delivery: Delivery, settlement: Settlement) => void;

/** Called where a gate threw: a fault of ours. */
export type OnFault = (delivery: Delivery, fault: unknown) => void;

/** Judges one delivery. Never rejects: a fault in a gate is answered 500 and the event is safe to send again. */
export type Judge = (delivery: Delivery) => Promise<Settlement | PassThrough>;

/** Leads each delivery through the gates until one of them ends it. */
export function createJudge(gates: Gates, onSettled: OnSettled, onFault: OnFault): Judge {
  return async (delivery) => {
    let settlement: Settlement | PassThrough;
    try {
      settlement = await passGates(gates, delivery);
    } catch (fault) {
      onFault(delivery, fault);
      settlement = reject('internal_error', 'a fault in the gate');
    }
    if (!(settlement instanceof PassThrough)) onSettled(delivery, settlement);
    return settlement;
  };
}

async function passGates(gates: Gates, delivery: Delivery): Promise<Settlement | PassThrough> {
  let stage: unknown = delivery;
  for (const gate of gates) {
    const verdict = gate(stage);
    // Most gates wait for nothing; an `await` on each would cost a turn of the microtask queue.
    stage = verdict instanceof Promise ? await verdict : verdict;
    if (stage instanceof Rejection || stage instanceof Answer || stage instanceof PassThrough) return stage;
  }
  throw new Error('the last gate ended nothing');
}
