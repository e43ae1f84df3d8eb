import { createEnvelopeScan, type EnvelopeForm, type Scan } from '../schemes/envelope.ts';
import { juicywayScheme } from '../schemes/juicyway.ts';

export type { Envelope, Scan } from '../schemes/envelope.ts';

/** Finds the signed parts of an event in the bytes as they came. */
export const scanEnvelope: (body: Buffer) => Scan = createEnvelopeScan(
  juicywayScheme(['received']).form as EnvelopeForm,
);
