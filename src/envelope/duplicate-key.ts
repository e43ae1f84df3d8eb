import { hash } from 'node:crypto';
import type { Envelope } from './envelope.ts';

const lengthBytes = 8;

/**
 * Names an event for the duplicate store and for Idempotency-Key: lower-case hex of SHA-256 over the route's name,
 * the event and its sorted data, each behind its length (8 bytes, big-endian). The same for every way to write the
 * members of `data`, for every key and encoding; the checksum that was sent has no part in it.
 */
export function duplicateKey(routeName: string, envelope: Envelope): string {
  const routeBytes = Buffer.byteLength(routeName);
  const { event } = envelope;
  const data = envelope.dataIn('sorted');
  const message = Buffer.allocUnsafe(3 * lengthBytes + routeBytes + event.length + data.length);
  let at = writeLength(message, routeBytes, 0);
  at += message.write(routeName, at, 'utf8');
  at = writeLength(message, event.length, at);
  at += message.write(event, at, 'latin1');
  at = writeLength(message, data.length, at);
  message.set(data, at);
  return hash('sha256', message, 'hex');
}

/** No length comes near 4 GiB, so the upper half is always zero. */
function writeLength(message: Buffer, length: number, at: number): number {
  message.writeUInt32BE(0, at);
  return message.writeUInt32BE(length, at + 4);
}
