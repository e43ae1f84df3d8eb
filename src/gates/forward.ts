import type { Slots } from '../claims/slots.ts';
import { Answer, type Settlement } from '../delivery/answer.ts';
import { noPlace, noRoom } from '../delivery/overloaded.ts';
import { reject } from '../delivery/rejections.ts';
import { answerHeaders } from '../forward/answer-headers.ts';
import { eventHeaders } from '../forward/event-headers.ts';
import type { UpstreamResult } from '../forward/upstream-event.ts';
import { withoutUnsigned } from '../schemes/strip.ts';
import { whatWentWrong } from '../values/what-went-wrong.ts';
import type { Unverified } from './checksum.ts';
import type { Claimed } from './duplicate.ts';
import type { Gate } from './gate.ts';

export interface ForwardGateOptions {
  /** Places for deliveries that hold no claim (observe mode); claimed ones have theirs already. */
  readonly slots: Slots;
  /** The pod is ending: an application that has gone before the gate is expected. */
  readonly isDraining: () => boolean;
  readonly now: () => number;
}

/**
 * Hands the event to the application and settles its claim. What it returns is true whatever became of the sender:
 * 200 only where the application accepted it and that is recorded.
 */
export function createForwardGate(options: ForwardGateOptions): Gate<Claimed | Unverified, never> {
  return (stage) => ('claim' in stage ? forwardClaimed(options, stage) : forwardUnverified(options, stage));
}

async function forwardClaimed(options: ForwardGateOptions, claimed: Claimed): Promise<Settlement> {
  const { claim } = claimed;
  let settlement: Settlement = reject('internal_error', 'forwarding failed inside the gate; it may have run');
  let accepted = false;
  try {
    settlement = await forward(options, claimed);
    accepted = settlement instanceof Answer && settlement.outcome === 'forwarded';
  } finally {
    // Also when forwarding throws: a claim that nobody settles would block the event's retries.
    await (accepted ? claim.accepted() : claim.release());
    claim.settle(settlement);
  }
  return settlement;
}

async function forwardUnverified(options: ForwardGateOptions, unverified: Unverified): Promise<Settlement> {
  if (!options.slots.enter()) return noPlace();
  try {
    return await forward(options, unverified);
  } finally {
    options.slots.leave();
  }
}

function forward(options: ForwardGateOptions, stage: Claimed | Unverified): Promise<Settlement> {
  const { delivery, envelope } = stage;
  const body = stage.route.unsignedFields === 'strip' ? withoutUnsigned(envelope) : envelope.body;
  const { held } = delivery;
  if (body !== envelope.body && held?.take(body.length) === false) {
    return Promise.resolve(noRoom());
  }
  const startedMs = options.now();
  const headers = eventHeaders({
    delivery,
    bodyBytes: body.length,
    verified:
      'claim' in stage
        ? {
            event: stage.identity.event,
            eventIsSigned: stage.identity.eventIsSigned,
            keyName: stage.keyName,
            duplicateKey: stage.duplicateKey,
            signature: stage.route.signForwarded?.(stage.duplicateKey, body),
          }
        : undefined,
    removesSignatureFields: stage.route.signForwarded !== undefined,
  });
  return stage.route.application.send({ path: delivery.head.target, headers, body, held }).then((result) => {
    delivery.facts.upstreamMs = options.now() - startedMs;
    return settle(delivery, result, options.isDraining());
  });
}

function settle(delivery: Claimed['delivery'], result: UpstreamResult, isDraining: boolean): Settlement {
  const { facts } = delivery;
  switch (result.kind) {
    case 'answered': {
      facts.upstreamStatus = result.status;
      const accepted = result.status >= 200 && result.status < 300;
      // Senders such as Juicyway count nothing but 200 as delivered, so 201, 202 and 204 become 200.
      return new Answer(
        accepted ? 'forwarded' : 'upstream_refused',
        accepted ? 200 : result.status,
        answerHeaders(result.headers, result.bodyDropped),
        result.body,
      );
    }
    case 'unreachable':
      return reject(isDraining ? 'shutting_down' : 'upstream_unreachable', whatWentWrong(result.cause));
    case 'timeout':
      if (result.sent) facts.warning = 'the application may have run: it did not answer in time';
      return reject('upstream_timeout', result.sent ? 'no complete answer in time' : 'not sent in time');
    case 'broken':
      facts.warning = 'the application may have run: the connection broke after sending';
      return reject('upstream_protocol_error', whatWentWrong(result.cause));
  }
}
