import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { explain } from '../../src/app/explain/explain.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { compileScheme } from '../../src/schemes/compile.ts';
import { wholeBody } from '../../src/schemes/envelope.ts';
import { createSigningSearch } from '../../src/schemes/nearest-signing.ts';
import { custom } from '../../src/schemes/profiles/custom.ts';
import { remedyFor } from '../../src/schemes/remedy.ts';
import type { SchemeSettings } from '../../src/schemes/settings.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const secret = 'sk_of-a-test-with-enough-letters';

interface Case {
  /** What the route says besides its name, path and keys. */
  readonly route: Record<string, unknown>;
  /** What the file says of checksums. */
  readonly checksum?: Record<string, unknown>;
  readonly body: string;
  readonly headers?: readonly string[];
  readonly line: string;
  /** Where the line belongs. */
  readonly under: 'file' | 'route';
  /** What the sentence says to take out of the route. */
  readonly takenOut?: 'checksum.encodings';
}

const hmac = (hash: string, text: string, encoding: 'hex' | 'base64' | 'base64url' = 'hex'): string =>
  createHmac(hash, secret).update(text).digest(encoding);
const data = '{"b":1,"a":"é"}';
const sortedSpaced = '{"a": "é", "b": 1}';
const juicywayBody = (signed: string): string =>
  `{"event":"e","data":${data},"checksum":"${hmac('sha256', `e|${signed}`)}"}`;
const korapayHeader = (signed: string): readonly string[] => ['x-korapay-signature', hmac('sha256', signed)];

const cases: Record<string, Case> = {
  'juicyway, with the list of the file': {
    route: {},
    body: juicywayBody(sortedSpaced),
    line: 'checksum: { encodings: [received, compact, sorted, sorted+spaced] }',
    under: 'file',
  },
  'juicyway, with a list of its own': {
    route: { checksum: { encodings: ['received'] } },
    body: juicywayBody(sortedSpaced),
    line: 'checksum: { encodings: [received, sorted+spaced] }',
    under: 'route',
  },
  'a profile that has its ways in the message': {
    route: { scheme: 'korapay', events: ['e'] },
    body: `{"event":"e","data":${data}}`,
    headers: korapayHeader(sortedSpaced),
    line: 'scheme: { profile: korapay, message: "{json:/data@received,compact,sorted+spaced}" }',
    under: 'route',
  },
  'a profile whose ways the route lists': {
    route: { scheme: 'korapay', events: ['e'], checksum: { encodings: ['compact'] } },
    body: `{"event":"e","data":${data}}`,
    headers: korapayHeader(sortedSpaced),
    line: 'checksum: { encodings: [compact, sorted+spaced] }',
    under: 'route',
  },
  'a message of the operator': {
    route: { scheme: { profile: 'custom', signature: 'header:X-S', message: 'v0:{json:/data@sorted}' } },
    body: `{"data":${data}}`,
    headers: ['X-S', hmac('sha256', `v0:${data}`)],
    line: 'scheme: { profile: custom, message: "v0:{json:/data@sorted,received}" }',
    under: 'route',
  },
  'a whole body that was parsed and written again': {
    route: { scheme: 'paystack' },
    body: `{ "event" : "e", "data":${data} }`,
    headers: ['x-paystack-signature', hmac('sha512', `{"event":"e","data":${data}}`)],
    line: 'scheme: { profile: paystack, message: "{body@received,compact}" }',
    under: 'route',
  },
  'a digest in the other encoding': {
    route: { scheme: 'paystack' },
    body: `{"event":"e"}`,
    headers: ['x-paystack-signature', hmac('sha512', `{"event":"e"}`, 'base64')],
    line: 'scheme: { profile: paystack, encoding: base64 }',
    under: 'route',
  },
  'a digest in the URL alphabet of base64': {
    route: { scheme: 'paystack' },
    body: `{"event":"e"}`,
    headers: ['x-paystack-signature', hmac('sha512', `{"event":"e"}`, 'base64url')],
    line: 'scheme: { profile: paystack, encoding: base64url }',
    under: 'route',
  },
  'a digest without its prefix, written in another way': {
    route: { scheme: 'github', events: ['push'] },
    body: `{"ref":"main"}`,
    headers: ['X-GitHub-Event', 'push', 'X-Hub-Signature-256', hmac('sha256', '{"ref": "main"}')],
    line: 'scheme: { profile: github, message: "{body@received,compact+spaced}", prefix: "" }',
    under: 'route',
  },
  'a digest with a prefix that the scheme has not': {
    route: { scheme: { profile: 'custom', signature: 'header:X-S' } },
    body: '{}',
    headers: ['X-S', `sha256=${hmac('sha256', '{}')}`],
    line: 'scheme: { profile: custom, prefix: "sha256=" }',
    under: 'route',
  },
  'a digest with another prefix, in the other encoding': {
    route: { scheme: 'github', events: ['push'] },
    body: '{}',
    headers: ['X-GitHub-Event', 'push', 'X-Hub-Signature-256', `HMAC ${hmac('sha256', '{}', 'base64')}`],
    line: 'scheme: { profile: github, prefix: "HMAC ", encoding: base64 }',
    under: 'route',
  },
  'a prefix and another way, where the route lists its ways': {
    route: { checksum: { encodings: ['received'] } },
    body: juicywayBody(sortedSpaced).replace('"checksum":"', '"checksum":"sha256='),
    line: 'scheme: { profile: juicyway, message: "{json:/event}|{json:/data@received,sorted+spaced}", prefix: "sha256=" }',
    under: 'route',
    takenOut: 'checksum.encodings',
  },
};

test.each(Object.entries(cases))('%s', async (_name, one) => {
  const told = await judge(one, one.route, one.checksum ?? {});
  expect(told.refusedBy).toBe('checksum_mismatch');
  expect(told.sentences.join('\n')).toContain(`: ${one.line}`);
  expect(told.sentences.join('\n').includes('take checksum.encodings out')).toBe(one.takenOut !== undefined);

  // Put where it belongs, it takes the body.
  const added = parse(one.line) as Record<string, Record<string, unknown>>;
  const [[key, value]] = Object.entries(added) as [[string, Record<string, unknown>]];
  const before = one.route[key];
  const own = typeof before === 'object' ? before : {};
  const left = one.takenOut === undefined ? one.route : { ...one.route, checksum: {} };
  const after =
    one.under === 'file'
      ? await judge(one, one.route, value)
      : await judge(one, { ...left, [key]: { ...own, ...value } }, one.checksum ?? {});
  expect(after.refusedBy).toBe(undefined);
});

test.each<[string, string, RegExp]>([
  [
    'under the key with a newline',
    createHmac('sha512', `${secret}\n`).update('{}').digest('hex'),
    /has to be put right/,
  ],
  [
    'in the alphabet of base64 without padding',
    hmac('sha512', '{}', 'base64').replace(/=+$/, ''),
    /without padding.*\n.*has to be put right/,
  ],
])('no line where no setting helps: signed %s', async (_name, signature, says) => {
  const scheme = { profile: 'paystack', encoding: 'base64' };
  const told = await judge({ body: '{}', headers: ['x-paystack-signature', signature] }, { scheme }, {});
  expect(told.sentences.join('\n')).toMatch(says);
  expect(told.sentences.join('\n')).not.toMatch(/line for the/);
});

test.each([
  ['{}', false],
  [bodyOfBothAlphabets(), true],
])(
  'a digest without padding that has no character of one alphabet may be of both: %s',
  async (body, isOfBoth) => {
    const headers = ['x-paystack-signature', hmac('sha512', body, 'base64url')];
    const told = await judge({ body, headers }, { scheme: { profile: 'paystack' } }, {});
    expect(told.sentences.join('\n')).toContain('encoding: base64url');
    expect(told.sentences.join('\n').includes('or in base64 without padding')).toBe(isOfBoth);
  },
);

function bodyOfBothAlphabets(): string {
  for (let number = 0; ; number++) {
    const body = `{"n":${number}}`;
    if (!/[-_]/.test(hmac('sha512', body, 'base64url'))) return body;
  }
}

test('what stands before a secret that is sent as it is', () => {
  expect(near({ algorithm: 'equals', message: '' }, `Bearer ${secret}`, secret)).toBe(
    'scheme: { profile: custom, prefix: "Bearer " }',
  );
  expect(near({ algorithm: 'equals', message: '', prefix: 'Bearer ' }, secret, secret)).toBe(
    'scheme: { profile: custom, prefix: "" }',
  );
  expect(near({ algorithm: 'equals', message: '' }, `Bearer ${secret}x`, secret)).toBe(undefined);
});

test('no prefix that is another one next time, or part of a secret', () => {
  expect(near({}, `t=1769860800,v1=${hmac('sha256', '{}')}`, secret)).toBe(undefined);
  expect(near({}, `v1=${hmac('sha256', '{}')}`, secret)).toBe('scheme: { profile: custom, prefix: "v1=" }');
  expect(near({ algorithm: 'equals', message: '' }, secret, secret.slice(12))).toBe(undefined);
});

test('how a signature of Ed25519 is written', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(12).toString('hex');
  const signature = sign(null, Buffer.from('{}'), privateKey);
  const own = { algorithm: 'ed25519', key: 'hex' } as const;
  expect(near(own, `ed25519=${signature.toString('base64')}`, key)).toBe(
    'scheme: { profile: custom, prefix: "ed25519=", encoding: base64 }',
  );
  signature[0] = (signature[0] as number) ^ 1;
  expect(near(own, `ed25519=${signature.toString('base64')}`, key)).toBe(undefined);
});

/** The line that takes the body `{}` with this signature; undefined where nothing that was tried matches. */
function near(own: Partial<SchemeSettings>, signature: string, key: string): string | undefined {
  const settings = { ...custom, signature: 'header:X-S', ...own };
  const compiled = compileScheme(custom, settings);
  if (compiled.kind !== 'scheme') throw new Error(compiled.problems[0]?.expected);
  const { scheme } = compiled;
  const delivery = { rawHeaders: ['X-S', signature], envelope: wholeBody(Buffer.from('{}')) };
  const found = createSigningSearch()(scheme, delivery, [{ name: 'primary', secret: Buffer.from(key) }]);
  return found && remedyFor(scheme, 'message', found).line;
}

async function judge(
  { body, headers = [] }: Pick<Case, 'body' | 'headers'>,
  route: Record<string, unknown>,
  checksum: Record<string, unknown>,
) {
  const directory = temporaryDirectory();
  const keysDirectory = join(directory, 'keys');
  mkdirSync(keysDirectory);
  writeFileSync(join(keysDirectory, 'primary'), secret);
  const file = join(directory, 'hookgate.yaml');
  writeFileSync(
    file,
    stringify({
      upstream: { url: 'http://127.0.0.1:9' },
      allowlist: { mode: 'off' },
      checksum: { keysDirectory, ...checksum },
      routes: [{ name: 'r', path: '/r', keysDirectory, ...route }],
    }),
  );
  const result = await explain({
    body: Buffer.from(body),
    headers,
    sources: { file, env: {}, flags: {} },
    keysDirectory: undefined,
    address: undefined,
    otherKeys: [],
  });
  if (result.kind === 'problems') throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.explanation;
}
