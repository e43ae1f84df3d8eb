import { Answer, type Outcome, type Settlement } from '../delivery/answer.ts';
import type { Delivery } from '../delivery/delivery.ts';

/** What `deliveryLine` writes besides what it finds in the delivery. */
export interface DeliveryEnd {
  readonly settlement: Settlement;
  readonly outcome: Outcome;
  readonly durationMs: number;
  /** The part of it that the gate itself took. */
  readonly gateMs: number;
}

/**
 * The members of a delivery's line in the log, as JSON without braces. Written out, since every delivery has one and
 * handing an object of them to pino takes three times as long. Names, codes and digests that are the gate's own are
 * plain ASCII and need no escapes; everything else is quoted by JSON.stringify.
 */
export function deliveryLine(
  delivery: Delivery,
  { settlement, outcome, durationMs, gateMs }: DeliveryEnd,
): string {
  const { facts } = delivery;
  let line = `"requestId":"${delivery.requestId}","route":${quote(facts.route)},"outcome":"${outcome}"`;
  if (!(settlement instanceof Answer)) {
    line += `,"reason":"${settlement.code}","detail":${quote(settlement.detail)}`;
  }
  line += `,"address":${quote(facts.address ?? delivery.peer.address)}`;
  if (facts.hops !== undefined) line += `,"hops":${JSON.stringify(facts.hops)}`;
  if (facts.event !== undefined) line += `,"event":${quote(facts.event)}`;
  if (!facts.eventIsSigned) line += ',"eventSigned":false';
  if (facts.keyName !== undefined) line += `,"key":${quote(facts.keyName)}`;
  if (facts.encoding !== undefined) line += `,"encoding":"${facts.encoding}"`;
  if (facts.duplicateKey !== undefined) line += `,"duplicateKey":"${facts.duplicateKey}"`;
  if (facts.bodyBytes !== undefined) line += `,"bodyBytes":${facts.bodyBytes}`;
  if (facts.upstreamStatus !== undefined) line += `,"upstreamStatus":${facts.upstreamStatus}`;
  line += `,"durationMs":${inMicroseconds(durationMs)},"gateMs":${inMicroseconds(gateMs)}`;
  if (facts.upstreamMs !== undefined) line += `,"upstreamMs":${inMicroseconds(facts.upstreamMs)}`;
  if (facts.wouldReject !== undefined) line += `,"wouldReject":${JSON.stringify(facts.wouldReject)}`;
  if (facts.warning !== undefined) line += `,"warning":${quote(facts.warning)}`;
  return `${line},"msg":"delivery"`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}

/** Milliseconds with three decimals: what is below a microsecond is noise. */
function inMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
