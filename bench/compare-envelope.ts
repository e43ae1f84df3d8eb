/**
 * Whether one source tree reads and verifies an event in less time than another: both in this process, in
 * very short rounds that take turns, with an error beside each ratio.
 * `node bench/compare-envelope.ts SRC SRC ... [--rounds 1000]`; the first tree is what the others are compared with, and
 * beside itself once more: noise. Each round is one body's scan, check and duplicate key, many times.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { alternate, median, trimmedRatio } from './measure/rounds.ts';

type Scan = typeof import('../src/envelope/scan.ts').scanEnvelope;
type CreateVerifier = typeof import('../src/envelope/verify.ts').createVerifier;
type DuplicateKey = typeof import('../src/envelope/duplicate-key.ts').duplicateKey;
type SignEvent = typeof import('../src/envelope/sign.ts').signEvent;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '1000' } },
});
/** Until V8 has compiled what it will compile. */
const warmUp = 30_000;
const eventsPerRound = 50;
const secret = Buffer.from('81817411-9ffd-42ba-8bc8-f407b5cef9d9');
const sorted = sampleData();
const bodiesOf: Record<string, string> = {
  'in order': sorted,
  spaced: JSON.stringify(JSON.parse(sorted), undefined, 1),
  reordered: JSON.stringify(reversed(JSON.parse(sorted)), undefined, 1),
};
const [first = ''] = positionals;
const trees = await Promise.all([...positionals, first].map(loadTree));

for (const [name, dataJson] of Object.entries(bodiesOf)) {
  const { signEvent } = trees[0] as Tree;
  const signed = { event: 'payment.session.succeeded', dataJson, secret, encoding: 'sorted' } as const;
  const body = Buffer.from(signEvent(signed));
  const rows = trees.map((tree) => ({ title: tree.title, work: workOf(tree, body) }));
  for (const part of ['scan', 'all'] as const) {
    const costs = await alternate(rows, Number(values.rounds), ({ work }, round) =>
      Promise.resolve(cost(work[part], round < 0 ? warmUp : eventsPerRound)),
    );
    const [base = []] = costs;
    for (const [place, { title }] of rows.entries()) {
      const own = costs[place] ?? [];
      const { ratio, error } = trimmedRatio(own, base);
      const figures = `${median(own).toFixed(2)} µs | ${ratio.toFixed(3)} ± ${error.toFixed(3)}`;
      console.log(`${name}, ${body.length} bytes, ${part} | ${title} | ${figures}`);
    }
  }
}

interface Tree {
  readonly title: string;
  readonly scan: Scan;
  readonly createVerifier: CreateVerifier;
  readonly duplicateKey: DuplicateKey;
  readonly signEvent: SignEvent;
}

async function loadTree(title: string, place: number): Promise<Tree> {
  const load = (file: string) => import(`${pathToFileURL(resolve(title, 'envelope', file)).href}`);
  const [scan, verify, key, sign] = await Promise.all(
    ['scan.ts', 'verify.ts', 'duplicate-key.ts', 'sign.ts'].map(load),
  );
  return {
    title: place > 0 && title === first ? `${title} again` : title,
    scan: scan.scanEnvelope,
    createVerifier: verify.createVerifier,
    duplicateKey: key.duplicateKey,
    signEvent: sign.signEvent,
  };
}

function workOf({ scan, createVerifier, duplicateKey }: Tree, body: Buffer) {
  const verify = createVerifier({
    keys: [{ name: 'live', secret }],
    encodings: ['received', 'compact', 'sorted'],
  });
  return {
    scan: () => scan(body),
    all: () => {
      const result = scan(body);
      if (result.kind === 'fault' || verify(result.envelope).kind !== 'match') throw new Error('no match');
      return duplicateKey('juicyway', result.envelope);
    },
  };
}

/**
 * Microseconds a call. By the clock: a round is over in less than the kernel's slice of time, so most rounds meet
 * nobody, while the thread's processor time is counted in steps longer than a round.
 */
function cost(work: () => unknown, count: number): number {
  const before = performance.now();
  for (let time = 0; time < count; time++) work();
  return ((performance.now() - before) / count) * 1000;
}

function sampleData(): string {
  return (
    `{"amount":1001,"currency":"NGN","customer":{"billing_address":{"city":"Lagos","country":"NG",` +
    `"line1":"12 Adeola Odeku Street","zip_code":"101241"},"email":"customer1@example.com",` +
    `"first_name":"Adaeze","id":"0c2a1a0e-1f3d-4a53-9d54-0f6f6d1d1f0a","last_name":"Okafor","phone_number":` +
    `"+2348012345678","type":"individual"},"id":"b070b0d2-e394-4783-a6f0-f10ccb3cae89","mode":"live",` +
    `"reference":"order-1","status":"success"}`
  );
}

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}
