import type { Scheme } from '../schemes/scheme.ts';
import type { SignedDelivery } from '../schemes/sign-delivery.ts';
import { isMap } from '../values/is-map.ts';
import { withForgedAmount } from './sample-event.ts';

/** What to spoil in a signed event: each must be refused by the gate. */
export type Tampering = 'checksum' | 'data' | 'event' | 'missing';

/** A delivery that is signed, spoilt in one place behind that. */
export function tamper(scheme: Scheme, signed: SignedDelivery, tampering: Tampering): SignedDelivery {
  switch (tampering) {
    case 'data':
      return { ...signed, body: changedAt(signed.body, dataPointer(scheme), forged) };
    case 'event': {
      const from = scheme.event?.from;
      if (from?.kind === 'header')
        return { ...signed, headers: changed(signed.headers, from.name, (name) => `${name}.forged`) };
      if (from?.kind !== 'member') throw new Error(`scheme ${scheme.name} says no name of an event to spoil`);
      return { ...signed, body: changedAt(signed.body, from.pointer, (name) => `forged.${name}`) };
    }
    case 'checksum':
    case 'missing':
      return withoutSignature(scheme, signed, tampering);
  }
}

function withoutSignature(
  { signature }: Scheme,
  signed: SignedDelivery,
  tampering: 'checksum' | 'missing',
): SignedDelivery {
  const wrong = (text: string): string =>
    text.replace(/.(?=[^A-Za-z0-9]*$)/, (last) => (last === '0' ? '1' : '0'));
  if (signature.kind === 'member') {
    const body = JSON.parse(signed.body.toString('utf8')) as Record<string, unknown>;
    if (tampering === 'missing') delete body[signature.name];
    else body[signature.name] = wrong(String(body[signature.name]));
    return { ...signed, body: Buffer.from(JSON.stringify(body)) };
  }
  const headers =
    tampering === 'missing'
      ? without(signed.headers, signature.name)
      : changed(signed.headers, signature.name, wrong);
  return { ...signed, headers };
}

function changed(headers: readonly string[], name: string, change: (value: string) => string): string[] {
  return headers.map((text, index) =>
    index % 2 === 1 && headers[index - 1]?.toLowerCase() === name.toLowerCase() ? change(text) : text,
  );
}

function without(headers: readonly string[], name: string): string[] {
  return headers.filter((_text, index) => headers[index & ~1]?.toLowerCase() !== name.toLowerCase());
}

type Change = (value: unknown) => unknown;

/** The body with another value at a pointer. */
function changedAt(body: Buffer, pointer: readonly string[], change: Change): Buffer {
  const at = (value: unknown, [name, ...below]: readonly string[]): unknown => {
    if (name === undefined) return change(value);
    const object = isMap(value) ? value : {};
    return { ...object, [name]: at(object[name], below) };
  };
  return Buffer.from(JSON.stringify(at(JSON.parse(body.toString('utf8')), pointer)));
}

function forged(value: unknown): unknown {
  if (value !== undefined && !isMap(value)) return `${value}9`;
  return JSON.parse(withForgedAmount(JSON.stringify(value ?? {})));
}

/** Where the data stands: the signed object, else the first signed member, else a member that the whole body has. */
function dataPointer({ message }: Scheme): readonly string[] {
  if (message.some(({ kind }) => kind === 'body')) return ['data'];
  const members = message.filter((part) => part.kind === 'member');
  const part = members.find(({ ways }) => ways !== undefined) ?? members[0];
  return part?.pointer ?? ['data'];
}
