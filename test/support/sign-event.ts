import { type SignEventOptions, signEvent } from '../../demo/sign-event.ts';

/** The business ID that tests sign with unless they say otherwise. */
export const testSecret: Buffer = Buffer.from('b7f0c2de-5f1e-4b3c-9a64-1f5d0f3a7c11', 'utf8');

/** A signed body in bytes, as the sender would write it. */
export function signedEvent(
  event: string,
  data: string | Record<string, unknown>,
  signing: Partial<SignEventOptions> = {},
): Buffer {
  const dataJson = typeof data === 'string' ? data : JSON.stringify(data);
  return Buffer.from(
    signEvent({ event, dataJson, secret: testSecret, encoding: 'received', ...signing }),
    'utf8',
  );
}
