import type { ChecksumEncoding } from '../delivery/delivery.ts';
import type { Envelope } from './envelope.ts';
import { createHmacSha256 } from './hmac.ts';
import { scanEnvelope } from './scan.ts';

export interface Signing {
  readonly secret: Buffer;
  /** How `data` is written in the signed message; in the body it stays as it is given. */
  readonly encoding: ChecksumEncoding;
  /** The sender's published samples are in upper case, the default. */
  readonly hexCase?: 'upper' | 'lower';
}

/** What was to be signed is no event that the gate would take; the message is a sentence about it. */
export class UnsignableEvent extends Error {
  override readonly name = 'UnsignableEvent';
}

/**
 * Writes a body as the sender does: checksum, data, event. `dataJson` is taken as it is written.
 * Throws `UnsignableEvent` where the gate's own scanner would refuse the body.
 */
export function signEvent(options: Signing & { event: string; dataJson: string }): string {
  const unsigned = `{"data":${options.dataJson.trim()},"event":${JSON.stringify(options.event)}}`;
  return signBody(Buffer.from(unsigned, 'utf8'), options);
}

/** Puts a checksum on a body, in place of one that it may have. Top-level fields beside the three come last. */
export function signBody(body: Buffer, signing: Signing): string {
  const scan = scanEnvelope(body);
  if (scan.kind === 'fault') {
    throw new UnsignableEvent(`This is no event: ${scan.problem} at byte ${scan.offset}.`);
  }
  const { envelope } = scan;
  const text = (span: { start: number; end: number }) => body.toString('utf8', span.start, span.end);
  const members = [
    `"checksum":"${checksum(envelope, signing)}"`,
    `"data":${text(envelope.data)}`,
    `"event":${JSON.stringify(envelope.event)}`,
    ...envelope.unsigned.map(text),
  ];
  return `{${members.join(',')}}`;
}

function checksum(envelope: Envelope, { secret, encoding, hexCase = 'upper' }: Signing): string {
  const digest = Buffer.alloc(32);
  createHmacSha256(secret)(digest, `${envelope.event}|`, envelope.dataIn(encoding));
  const hex = digest.toString('hex');
  return hexCase === 'upper' ? hex.toUpperCase() : hex;
}
