/**
 * The room `sender` plays the provider: it makes events, signs them, posts them, repeats, retries and tampers.
 * Nothing of it runs in the gate.
 */
import { randomUUID } from 'node:crypto';

/** The text of a `data` object as the provider's documentation shows it, with a reference of its own. */
export function sampleDataJson(): string {
  return JSON.stringify({
    id: randomUUID(),
    amount: 1000,
    currency: 'NGN',
    reference: randomUUID(),
    status: 'succeeded',
    customer: { first_name: 'Ada', last_name: 'Obi', email: 'ada@example.com' },
    payment_method: { type: 'card', id: randomUUID() },
  });
}

/** The same `data` with another `reference`, so that it is another event. Numbers keep their spelling. */
export function withFreshReference(dataJson: string): string {
  return rewriteObject(dataJson, (data) => {
    data.reference = randomUUID();
  });
}

/** `data` with a higher amount, or with a field more where it has none: what a thief would change. */
export function withForgedAmount(dataJson: string): string {
  return rewriteObject(dataJson, (data) => {
    if (Object.hasOwn(data, 'amount')) data.amount = 999_999_999;
    else data.tampered = true;
  });
}

/** The `reference` in `data`, for people to tell events apart. */
export function referenceOf(dataJson: string): string | undefined {
  const data: unknown = JSON.parse(dataJson);
  if (typeof data !== 'object' || data === null || !('reference' in data)) return undefined;
  return typeof data.reference === 'string' ? data.reference : undefined;
}

function rewriteObject(json: string, change: (data: Data) => void): string {
  const { parse, rawJSON } = JSON as unknown as JsonWithSourceText;
  const object = parse(json, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined ? rawJSON(source) : value,
  ) as Data;
  change(object);
  return JSON.stringify(object);
}

interface Data {
  reference?: unknown;
  amount?: unknown;
  tampered?: unknown;
}

/** Part of ECMAScript's source text access, which Node 24 has and the compiler's library does not know yet. */
interface JsonWithSourceText {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
}
