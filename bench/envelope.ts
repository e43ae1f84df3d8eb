/** Processor time of the envelope's parts, in microseconds per body: `node bench/envelope.ts`. Medians of 15 rounds. */
import { createHmac, createSecretKey } from 'node:crypto';
import { signEvent } from '../demo/sign-event.ts';
import { createHmac as createOwnHmac } from '../src/schemes/hmac.ts';
import { createVerifier, duplicateKey, type Envelope, scanEnvelope } from '../test/support/default-scheme.ts';
import { median } from './measure/rounds.ts';

const secret = Buffer.from('81817411-9ffd-42ba-8bc8-f407b5cef9d9');
const rounds = 15;

/** One payment session, about 800 bytes, as the sender writes it: compact, members in order. */
function session(index: number): string {
  return (
    `{"amount":${1000 + index},"currency":"NGN","customer":{"billing_address":{"city":"Lagos","country":"NG",` +
    `"line1":"12 Adeola Odeku Street","zip_code":"101241"},"email":"customer${index}@example.com",` +
    `"first_name":"Adaeze","id":"0c2a1a0e-1f3d-4a53-9d54-0f6f6d1d1f0a","last_name":"Okafor","phone_number":` +
    `"+2348012345678","type":"individual"},"id":"b070b0d2-e394-4783-a6f0-f10ccb3cae89","mode":"live",` +
    `"payment_method":{"card":{"brand":"visa","expiry_month":12,"expiry_year":2030,"last4":"4242"},"id":` +
    `"81817411-9ffd-42ba-8bc8-f407b5cef9d9","type":"card"},"reference":"order-${index}","status":"success"}`
  );
}

/** The same with whitespace and with members out of order. */
function reordered(json: string): string {
  const reverse = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reverse);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([name, member]) => [name, reverse(member)]),
    );
  };
  return JSON.stringify(reverse(JSON.parse(json)), undefined, 1);
}

function dataOf(bytes: number): string {
  if (bytes < 1000) return session(1);
  const sessions: string[] = [];
  for (let length = 0; length < bytes - 700; length += (sessions.at(-1) as string).length + 1) {
    sessions.push(session(sessions.length));
  }
  return `{"sessions":[${sessions.join(',')}]}`;
}

/** Microseconds of processor time per call, so that other load on the machine counts little. */
function costOf(times: number, work: () => void): number {
  return median(roundsOf(times, [work]).map(([us]) => us as number));
}

/** A row for each round, with the cost of every piece of work in it: one after the other, so that a slow while weighs on all. */
function roundsOf(times: number, works: readonly (() => void)[]): number[][] {
  for (const work of works) for (let time = 0; time < times; time++) work();
  return Array.from({ length: rounds }, () =>
    works.map((work) => {
      const before = process.threadCpuUsage();
      for (let time = 0; time < times; time++) work();
      const { user, system } = process.threadCpuUsage(before);
      return (user + system) / times;
    }),
  );
}

function envelopeOf(body: Buffer): Envelope {
  const scan = scanEnvelope(body);
  if (scan.kind === 'fault') throw new Error(`${scan.problem} at ${scan.offset}`);
  return scan.envelope;
}

console.log('us per body       bytes     scan   verify  dup.key      all');
const verify = createVerifier({
  keys: [{ name: 'live', secret }],
  encodings: ['received', 'compact', 'sorted'],
});
for (const bytes of [800, 4 * 1024, 64 * 1024, 255 * 1024]) {
  for (const shape of ['in order', 'reordered'] as const) {
    const dataJson = shape === 'in order' ? dataOf(bytes) : reordered(dataOf(bytes));
    const body = Buffer.from(
      signEvent({ event: 'payment.session.succeeded', dataJson, secret, encoding: 'sorted' }),
    );
    // The kernel brings a thread's processor time up to date every few milliseconds: a round has to last for many of them.
    const times = Math.min(4000, Math.round(16_000_000 / bytes));
    const work = {
      scan: () => scanEnvelope(body),
      verify: () => verify(envelopeOf(body)),
      all: () => {
        const envelope = envelopeOf(body);
        verify(envelope);
        duplicateKey('juicyway', envelope);
      },
    };
    const costs = roundsOf(times, [work.scan, work.verify, work.all]) as [number, number, number][];
    row(shape, body.length, [
      median(costs.map(([scan]) => scan)),
      median(costs.map(([scan, verified]) => verified - scan)),
      median(costs.map(([, verified, all]) => all - verified)),
      median(costs.map(([, , all]) => all)),
    ]);
  }
}

console.log('\nhostile bodies of 256 KiB: us for the scan and, where it is accepted, the sorted form');
for (const [name, body] of Object.entries(hostileBodies(256 * 1024))) {
  const scan = costOf(5, () => scanEnvelope(body));
  const result = scanEnvelope(body);
  const sorted =
    result.kind === 'envelope' ? costOf(5, () => envelopeOf(body).dataIn('sorted')) - scan : Number.NaN;
  console.log(
    `${name.padEnd(28)}${scan.toFixed(0).padStart(8)}${Number.isNaN(sorted) ? '       -' : sorted.toFixed(0).padStart(8)}  ${result.kind === 'fault' ? result.problem : 'accepted'}`,
  );
}

const key = createSecretKey(secret);
const data = Buffer.from(session(1));
const digest = Buffer.alloc(32);
const writeHmac = createOwnHmac('sha256', secret);
console.log('\nus per HMAC of an 800-byte event');
console.log(
  `two one-shot hashes ${costOf(4000, () => writeHmac(digest, 'card.transaction|', data)).toFixed(2)}`,
);
console.log(
  `createHmac          ${costOf(4000, () => void createHmac('sha256', key).update('card.transaction|').update(data).digest('binary')).toFixed(2)}`,
);

function row(name: string, bytes: number, figures: number[]): void {
  console.log(
    name.padEnd(16) + String(bytes).padStart(7) + figures.map((us) => us.toFixed(2).padStart(9)).join(''),
  );
}

function hostileBodies(bytes: number): Record<string, Buffer> {
  const fill = (piece: (index: number) => string): string => {
    const pieces: string[] = [];
    for (let length = 0; length < bytes - 100; ) {
      const next = piece(pieces.length);
      pieces.push(next);
      length += Buffer.byteLength(next);
    }
    return pieces.join('');
  };
  const inData = (members: string) => Buffer.from(`{"event":"e","data":{${members}"~":0}}`);
  const atTop = (members: string) => Buffer.from(`{${members}"event":"e","data":{}}`);
  const shuffled = (index: number) => ((index * 7919) % 65_536).toString(36);
  return {
    'opening brackets': Buffer.from('['.repeat(bytes)),
    'opening brackets in data': Buffer.from(`{"event":"e","data":{"a":${'['.repeat(bytes)}`),
    'names in order': inData(fill((index) => `"${String(index).padStart(6, '0')}":0,`)),
    'names shuffled': inData(fill((index) => `"${shuffled(index)}":0,`)),
    'integer names shuffled': inData(fill((index) => `"${(index * 7919) % 65_536}":0,`)),
    'names with escapes': inData(fill((index) => `"\\n${shuffled(index)}":0,`)),
    'names not in ASCII': inData(fill((index) => `"é${shuffled(index)}":0,`)),
    'unsigned names': atTop(fill((index) => `"${shuffled(index)}":0,`)),
    'unsigned names, not ASCII': atTop(fill((index) => `"é${shuffled(index)}":0,`)),
    'unsigned names with escapes': atTop(fill((index) => `"\\n${shuffled(index)}":0,`)),
    'escapes in a string': inData(`"a":"${fill(() => '\\u00e9')}",`),
    'surrogate pairs': inData(`"a":"${fill(() => '\\ud83d\\ude00')}",`),
    whitespace: inData(fill(() => ' \n\t')),
    digits: inData(`"a":${'1'.repeat(bytes - 100)},`),
    'empty objects': inData(`"a":[${fill(() => '{},')}0],`),
    'small disordered objects': inData(`"a":[${fill(() => '{"b":0,"a":0},')}0],`),
    'two long names alike': inData(`"${'x'.repeat(bytes / 2)}b":0,"${'x'.repeat(bytes / 2 - 100)}a":0,`),
    'invalid UTF-8 at the end': Buffer.concat([
      inData(fill((index) => `"é${index}":0,`)),
      Buffer.from([0xff]),
    ]),
  };
}
