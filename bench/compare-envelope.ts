/**
 * Whether one source tree reads and verifies an event in less time than another: both in this process, in
 * very short rounds that take turns, with an error beside each ratio.
 * `node bench/compare-envelope.ts SRC SRC ... [--rounds 1000] [--long]`; the first tree is what the others are compared
 * with, and beside itself once more: noise. Each round is one body's scan, check and duplicate key, many times; µs. With
 * `--long` bodies of 64 KB, one for each thing that may fill one.
 * `node bench/compare-envelope.ts SRC --profiles paystack,stripe` plays other senders' schemes of one tree against the
 * default one instead, over the same bytes.
 */
import { createHmac } from 'node:crypto';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { signEvent } from '../demo/sign-event.ts';
import { signatureHeader } from './load/signature-header.ts';
import { besideTheFirst } from './measure/beside-the-first.ts';
import { alternate } from './measure/rounds.ts';

type Scan = typeof import('../test/support/default-scheme.ts').scanEnvelope;
type CreateVerifier = typeof import('../test/support/default-scheme.ts').createVerifier;
type DuplicateKey = typeof import('../test/support/default-scheme.ts').duplicateKey;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '1000' },
    profiles: { type: 'string', default: '' },
    long: { type: 'boolean', default: false },
  },
});
/** Until V8 has compiled what it will compile. */
const warmUp = values.long ? 2000 : 30_000;
const eventsPerRound = values.long ? 1 : 50;
/** When every event of the comparison of profiles was signed and arrived. */
const signedAtMs = 1_700_000_000_000;
const secret = Buffer.from('81817411-9ffd-42ba-8bc8-f407b5cef9d9');
const sorted = sampleData();
const bodiesOf: Record<string, string> = values.long
  ? longData(64_000)
  : {
      'in order': sorted,
      spaced: JSON.stringify(JSON.parse(sorted), undefined, 1),
      reordered: JSON.stringify(reversed(JSON.parse(sorted)), undefined, 1),
    };
const [first = ''] = positionals;
const trees = await Promise.all([...positionals, first].map(loadTree));
const profileNames = values.profiles.split(',').filter((name) => name !== '');

if (profileNames.length > 0) await compareProfiles(first, profileNames);
else await compareTrees();

async function compareTrees(): Promise<void> {
  for (const [name, dataJson] of Object.entries(bodiesOf)) {
    const signed = { event: 'payment.session.succeeded', dataJson, secret, encoding: 'sorted' } as const;
    const body = Buffer.from(signEvent(signed));
    const rows = trees.map((tree) => ({ title: tree.title, work: workOf(tree, body) }));
    for (const part of ['scan', 'all'] as const) {
      await play(
        `${name}, ${body.length} bytes, ${part}`,
        rows.map(({ title, work }) => ({ title, work: work[part] })),
      );
    }
  }
}

/** The way of one body through the gates of each scheme: open, check, key. */
async function compareProfiles(tree: string, names: readonly string[]): Promise<void> {
  const load = <Module>(file: string): Promise<Module> =>
    import(`${pathToFileURL(resolve(tree, 'schemes', file)).href}`);
  const { findProfile } = await load<typeof import('../src/schemes/profiles.ts')>('profiles.ts');
  const { compileScheme } = await load<typeof import('../src/schemes/compile.ts')>('compile.ts');
  const { readLiveKey } = await load<typeof import('../src/schemes/live-key.ts')>('live-key.ts');
  const { createVerify } = await load<typeof import('../src/schemes/verify.ts')>('verify.ts');
  const { createEnvelopeScan, wholeBody } =
    await load<typeof import('../src/schemes/envelope.ts')>('envelope.ts');
  const { eventKey } = await load<typeof import('../src/schemes/duplicate-key.ts')>('duplicate-key.ts');
  for (const [name, dataJson] of Object.entries(bodiesOf)) {
    const event = 'payment.session.succeeded';
    const checksum = createHmac('sha256', secret).update(`${event}|${dataJson}`).digest('hex');
    const body = Buffer.from(
      `{"id":"evt_1MqqbKLt4dXK03v5","type":"${event}","checksum":"${checksum}","data":${dataJson},"event":"${event}"}`,
    );
    const rows = ['juicyway', ...names, 'juicyway'].map((profileName, place) => {
      const profile = findProfile(profileName);
      const compiled = profile === undefined ? undefined : compileScheme(profile, profile);
      if (compiled?.kind !== 'scheme') throw new Error(`no profile ${profileName}`);
      const { scheme } = compiled;
      const key = readLiveKey(scheme, { name: 'live', secret });
      if (key.kind !== 'key') throw new Error(key.expected);
      const verify = createVerify(scheme, [key.key]);
      const open = scheme.form === undefined ? undefined : createEnvelopeScan(scheme.form);
      const head = [
        'Host',
        'hooks.example.com',
        'User-Agent',
        'sender/1.0',
        'Content-Type',
        'application/json',
      ];
      const rawHeaders = [
        ...head,
        ...signatureHeader(profileName, body, secret, signedAtMs),
        'Content-Length',
        String(body.length),
      ];
      const work = (): string => {
        const scan = open?.(body);
        if (scan?.kind === 'fault') throw new Error(scan.problem);
        const envelope = scan?.envelope ?? wholeBody(body);
        const verdict = verify(rawHeaders, envelope, signedAtMs);
        if (verdict.kind !== 'match') throw new Error(`${profileName}: ${verdict.kind}`);
        return eventKey('route', scheme.covers, body, verdict.identity);
      };
      return { title: `${profileName}${place > names.length ? ' again' : ''}`, work };
    });
    await play(`${name}, ${body.length} bytes, open, check and key`, rows);
  }
}

async function play(what: string, rows: readonly { title: string; work: () => unknown }[]): Promise<void> {
  const costs = await alternate(rows, Number(values.rounds), ({ work }, round) =>
    Promise.resolve(cost(work, round < 0 ? warmUp : eventsPerRound)),
  );
  const titles = rows.map(({ title }) => title);
  for (const line of besideTheFirst(titles, costs, 2)) console.log(`${what} | ${line}`);
}

interface Tree {
  readonly title: string;
  readonly scan: Scan;
  readonly createVerifier: CreateVerifier;
  readonly duplicateKey: DuplicateKey;
}

async function loadTree(title: string, place: number): Promise<Tree> {
  const file = pathToFileURL(resolve(title, '../test/support/default-scheme.ts')).href;
  const { scanEnvelope: scan, createVerifier, duplicateKey } = await import(file);
  return {
    title: place > 0 && title === first ? `${title} again` : title,
    ...{ scan, createVerifier, duplicateKey },
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

/** `data` of about so many bytes: one long text of each kind, and what has none. */
function longData(bytes: number): Record<string, string> {
  const text = (piece: string): string => {
    const written = JSON.stringify(piece).slice(1, -1);
    return `{"text":"${written.repeat(Math.round(bytes / Buffer.byteLength(written)))}"}`;
  };
  const list = (piece: string): string =>
    `{"list":[${new Array<string>(Math.round(bytes / (piece.length + 1))).fill(piece).join(',')}]}`;
  return {
    'one text': text('A text in mixed letters, as people write it. '),
    'a text not in ASCII': text('Текст не из латинских букв. '),
    'a text with escapes': text('A line, "as" people write it,\n'),
    'texts of 80 bytes': list(`"${'As long as a line. '.repeat(4)}"`),
    'short names and values': list(sampleData()),
    numbers: list('123456'),
  };
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
