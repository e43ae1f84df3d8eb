import { type Envelope, scanEnvelope } from './default-scheme.ts';

/** Scans a body that must be a well-formed event. */
export function envelopeOf(body: string | Buffer): Envelope {
  const scan = scanEnvelope(typeof body === 'string' ? Buffer.from(body, 'utf8') : body);
  if (scan.kind === 'fault') throw new Error(`expected an event, but ${scan.problem} at byte ${scan.offset}`);
  return scan.envelope;
}

/** Scans a body whose `data` is written as `dataJson`. */
export function envelopeWithData(dataJson: string): Envelope {
  return envelopeOf(`{"checksum":"","data":${dataJson},"event":"card.transaction"}`);
}

/** Why a body is refused; undefined where it is not. */
export function problemOf(body: string | Buffer): string | undefined {
  const scan = scanEnvelope(typeof body === 'string' ? Buffer.from(body, 'utf8') : body);
  return scan.kind === 'fault' ? scan.problem : undefined;
}
