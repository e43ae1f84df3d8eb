import { isDeepStrictEqual } from 'node:util';
import { compileScheme } from '../../../src/schemes/compile.ts';
import { createEnvelopeScan, wholeBody } from '../../../src/schemes/envelope.ts';
import { readLiveKey } from '../../../src/schemes/live-key.ts';
import { profiles } from '../../../src/schemes/profiles.ts';
import type { Scheme } from '../../../src/schemes/scheme.ts';
import { createVerify, type Verification } from '../../../src/schemes/verify.ts';
import { senders, signedBy } from '../../support/senders.ts';
import { rule, type Target } from '../target.ts';

/** Seconds; signed and arrived at this time, so that the runs are the same every day. */
const signedAt = 1_700_000_000;

interface Subject {
  readonly scheme: Scheme;
  /** Judges a head and a body as the gates do; undefined where the body is refused before. */
  readonly judge: (rawHeaders: readonly string[], body: Buffer) => Verification | undefined;
  /** What its sender signed, the only event that may ever verify. */
  readonly genuine: { readonly rawHeaders: readonly string[]; readonly body: Buffer };
}

const subjects = await Promise.all(
  senders.map(async (sender, index): Promise<Subject> => {
    const profile = profiles[index];
    if (profile?.name !== sender.profile) throw new Error(`no profile ${sender.profile}`);
    const own = Object.entries(sender.scheme ?? {}).map(([key, text]) => [key, text.replaceAll('"', '')]);
    const compiled = compileScheme(profile, { ...profile, ...Object.fromEntries(own) });
    if (compiled.kind === 'problems') throw new Error(`${sender.profile} does not compile`);
    const { scheme } = compiled;
    const read = readLiveKey(scheme, { name: 'live', secret: Buffer.from(sender.key) });
    if (read.kind === 'invalid') throw new Error(read.expected);
    const verify = createVerify(scheme, [read.key]);
    const scan = scheme.form === undefined ? undefined : createEnvelopeScan(scheme.form);
    const signed = await signedBy(sender, { seconds: signedAt });
    return {
      scheme,
      judge(rawHeaders, body) {
        const opened = scan?.(body) ?? { kind: 'envelope' as const, envelope: wholeBody(body) };
        return opened.kind === 'fault' ? undefined : verify(rawHeaders, opened.envelope, signedAt * 1000);
      },
      genuine: { rawHeaders: Object.entries(signed.headers).flat(), body: Buffer.from(signed.body) },
    };
  }),
);

/** An input: the number of the scheme, lines of the head, an empty line, the body. Bytes of the head are Latin-1. */
function written(index: number, { rawHeaders, body }: Subject['genuine']): Buffer {
  const lines = rawHeaders
    .filter((_, at) => at % 2 === 0)
    .map((name, at) => `${name}: ${rawHeaders[2 * at + 1]}\n`);
  return Buffer.concat([Buffer.from([index]), Buffer.from(`${lines.join('')}\n`, 'latin1'), body]);
}

/** The whole way from a head and a body to the verdict: nothing throws, and only what was signed verifies. */
export const target: Target = {
  name: 'scheme',
  seeds: subjects.flatMap(({ genuine }, index) => [
    written(index, genuine),
    // Forged by one blank.
    written(index, { ...genuine, body: Buffer.concat([genuine.body, Buffer.from(' ')]) }),
  ]),
  words: [
    '\n',
    ': ',
    ',',
    ' ',
    't=',
    'v1=',
    'v1,',
    'v0=',
    'sha256=',
    '=',
    `${signedAt}`,
    '{',
    '}',
    '"',
    '\\u0061',
    '"data":{}',
    '"event":"e"',
    '"checksum":""',
    '"id":"x"',
    '"type":"x"',
    '[',
    ']',
    '0',
    '\u0000',
  ],
  fuzz: (data) => {
    const { scheme, judge, genuine } = subjects[(data[0] ?? 0) % subjects.length] as Subject;
    const cut = data.indexOf('\n\n');
    const head = data.toString('latin1', 1, cut === -1 ? data.length : cut);
    const body = cut === -1 ? Buffer.alloc(0) : data.subarray(cut + 2);
    const rawHeaders = head.split('\n').flatMap((line) => {
      const colon = line.indexOf(': ');
      return colon === -1 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 2)];
    });
    const verdict = judge(rawHeaders, body);
    // Whether it is stale or malformed is asked only once the signature held.
    if (verdict === undefined || verdict.kind === 'missing' || verdict.kind === 'mismatch') return;
    if (scheme.covers === 'body') {
      // Where a scheme signs the body in ways of writing it, another spelling is the same event.
      const isSame =
        scheme.ways.length === 0
          ? body.equals(genuine.body)
          : isDeepStrictEqual(JSON.parse(body.toString()), JSON.parse(genuine.body.toString()));
      rule(isSame, 'a body that nobody signed');
    }
    if (scheme.covers === 'members') {
      for (const part of scheme.message) {
        if (part.kind !== 'member') continue;
        const valueIn = (text: Buffer): unknown =>
          part.pointer.reduce(
            (value, name) => (value as Record<string, unknown>)[name],
            JSON.parse(text.toString()),
          );
        rule(
          isDeepStrictEqual(valueIn(body), valueIn(genuine.body)),
          `a ${part.pointer.join('/')} that nobody signed`,
        );
      }
    }
    for (const part of [...scheme.message, scheme.signature]) {
      if (part.kind !== 'header' || (part === scheme.signature && scheme.algorithm !== 'equals')) continue;
      rule(
        fieldOf(rawHeaders, part.name) === fieldOf(genuine.rawHeaders, part.name),
        `a ${part.name} that nobody signed`,
      );
    }
  },
};

/** The value of the only field of this name, without blanks around it. */
function fieldOf(rawHeaders: readonly string[], name: string): string | undefined {
  const values = rawHeaders.filter(
    (_, at) => rawHeaders[at - 1]?.toLowerCase() === name.toLowerCase() && at % 2 === 1,
  );
  return values.length === 1 ? values[0]?.replaceAll(/^[ \t]+|[ \t]+$/g, '') : undefined;
}
