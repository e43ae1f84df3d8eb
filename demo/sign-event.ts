/** Events of the default scheme, as its sender writes them: for the demo, the tests and the benchmarks. */
import { juicywayScheme } from '../src/schemes/juicyway-scheme.ts';
import { signDelivery } from '../src/schemes/sign-delivery.ts';

export { UnsignableEvent } from '../src/schemes/sign-delivery.ts';

export interface SignEventOptions {
  readonly secret: Buffer;
  /** How `data` is written in the signed message; in the body it stays as it is given. */
  readonly encoding: string;
  /** The sender's published samples are in upper case, the default. */
  readonly hexCase?: 'upper' | 'lower';
}

/**
 * Writes a body as the sender does: checksum, data, event. `dataJson` is taken as it is written.
 * Throws `UnsignableEvent` where the gate's own scanner would refuse the body.
 */
export function signEvent(options: SignEventOptions & { event: string; dataJson: string }): string {
  const unsigned = `{"data":${options.dataJson.trim()},"event":${JSON.stringify(options.event)}}`;
  return signBody(Buffer.from(unsigned, 'utf8'), options);
}

/** Puts a checksum on a body, in place of one that it may have. Top-level fields beside the three come last. */
export function signBody(body: Buffer, { secret, encoding, hexCase = 'upper' }: SignEventOptions): string {
  const scheme = juicywayScheme([encoding]);
  return signDelivery(scheme, body, { secret, hexCase, nowMs: 0 }).body.toString('utf8');
}
