import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { signEvent } from '../../demo/sign-event.ts';
import { explain } from '../../src/app/explain/explain.ts';
import { loadEverything } from '../../src/app/load/load.ts';
import { checkFiles } from '../../src/config/check-files.ts';
import { readKeys } from '../../src/config/keys.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { findLeftovers } from '../../src/schemes/leftovers.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const id = 'b7f0c2de-5f1e-4b3c-9a64-1f5d0f3a7c11';
const utf16 = (text: string, mark: string) => Buffer.from(`${mark}${text}`, 'utf16le');
const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();

/** What is in the file; how it is said; whether `check` fails with it. */
const files: readonly (readonly [string, Buffer | string, RegExp, boolean])[] = [
  ['a byte order mark', `\ufeff${id}\n`, /byte order mark/, true],
  ['UTF-16', utf16(`${id}\r\n`, '\ufeff'), /UTF-16/, true],
  ['UTF-16, the other way round', swapped(utf16(id, '\ufeff')), /UTF-16/, true],
  ['UTF-16 without its mark', utf16(id, ''), /UTF-16/, true],
  ['a carriage return at the end', `${id}\r`, /line break more/, true],
  ['two line breaks at the end', `${id}\n\n`, /line break more/, true],
  ['old lines of a Mac', `${id}\rnext`, /more than one line/, true],
  ['two lines', `${id}\nother\n`, /more than one line/, true],
  ['the end of a here-document', `${id}\nEOF\n`, /more than one line/, true],
  ['a comment above it', `# live\n${id}\n`, /more than one line/, true],
  ['a byte of zero at the end', `${id}\0`, /byte of zero/, true],
  ['bytes that are no UTF-8', Buffer.concat([Buffer.from(id), Buffer.of(0xff)]), /not UTF-8/, true],
  ['a bracketed paste', `\x1b[200~${id}\x1b[201~`, /control character/, true],
  ['an end of file of DOS', `${id}\x1a`, /control character/, true],
  ['a backspace', `${id}x\x08`, /control character/, true],
  ['a blank of a page', `${id}\u00a0`, /invisible/, true],
  ['a zero-width space', `${id.slice(0, 8)}\u200b${id.slice(8)}`, /invisible/, true],
  ['a blank at the end', `${id} `, /white space/, false],
  ['a tab at the beginning', `\t${id}`, /white space/, false],
  ['quotes', `"${id}"\n`, /quotes/, false],
  ['single quotes', `'${id}'`, /quotes/, false],
  ['quotes of a word processor', `\u201c${id}\u201d`, /quotes/, false],
  ['a line of an .env file', `BUSINESS_ID=${id}\n`, /equals sign/, false],
  ['an exported variable', `export BUSINESS_ID="${id}"`, /equals sign/, false],
  ['a line of YAML', `businessId: ${id}`, /colon/, false],
  ['a document of JSON', `{"id":"${id}"}`, /JSON/, false],
  ['base64 of the key', Buffer.from(id).toString('base64'), /base64/, false],
  ['base64 of the key and a newline', Buffer.from(`${id}\n`).toString('base64'), /base64/, false],
  ['a variable that nobody filled in', '$' + '{BUSINESS_ID}', /shell or a template/, false],
  ['a template of a chart', '{{ .Values.key }}', /shell or a template/, false],
  ['a place to fill in', '<business-id>', /shell or a template/, false],
  ['nothing, in words', 'undefined', /missing value/, false],
  ["echo's option", `-n ${id}`, /echo/, false],
  ['an escape as it was typed', `${id}\\n`, /not resolved/, false],
  ["the sign of a shell's line without end", `${id}%`, /no end/, false],
  ['an escape of a page', `${id}&amp;a`, /web page/, false],
  ['dashes that were hyphens', id.replaceAll('-', '\u2013'), /outside ASCII/, false],
  ['a blank within', id.replace('-', ' -'), /white space within/, false],
];

const place = (content: Buffer | string) => {
  const directory = temporaryDirectory();
  const keys = join(directory, 'keys');
  mkdirSync(keys);
  writeFileSync(join(keys, 'live'), content);
  const flags = { upstream: 'http://127.0.0.1:1', path: '/a', keysDirectory: keys, allow: ['127.0.0.1'] };
  return { keys, sources: { env: {}, flags } };
};

test.each(files)(
  '%s is said in check, at load and in explain, and shows nothing',
  async (_name, content, says, fails) => {
    const { keys, sources } = place(content);
    const valid = loadConfig(sources);
    if (valid.kind !== 'ok') throw new Error('the configuration is good');

    const [check] = await checkFiles(valid);
    const loaded = await loadEverything(sources);
    const explained = await explain({
      body: Buffer.from('{}'),
      sources: undefined,
      keysDirectory: keys,
      address: undefined,
      otherKeys: [],
    });

    const inCheck = [...(check?.problems.map(formatProblem) ?? []), ...(check?.warnings ?? [])].join('\n');
    const atLoad = loaded.kind === 'ok' ? loaded.loaded.warnings.join('\n') : '';
    const inExplain = explained.kind === 'explained' ? explained.explanation.sentences.join('\n') : '';
    for (const text of [inCheck, atLoad, inExplain]) {
      expect(text).toMatch(says);
      expect(text).not.toMatch(/b7f0c2de|1f5d0f3a/);
    }
    expect(check?.ok).toBe(!fails);
  },
);

/** HMAC takes a zero at the end for nothing, and what was meant by these nobody can tell. */
const untold = [
  'a byte of zero at the end',
  'bytes that are no UTF-8',
  'a backspace',
  'a document of JSON',
  'an escape of a page',
];

test.each(files.filter(([name, content]) => content.includes(id) && !untold.includes(name)))(
  'explain finds the key behind %s',
  async (_name, content) => {
    const { keys } = place(content);
    const body = signEvent({ event: 'a', dataJson: '{}', secret: Buffer.from(id), encoding: 'received' });

    const told = await explain({
      body: Buffer.from(body),
      sources: undefined,
      keysDirectory: keys,
      address: undefined,
      otherKeys: [],
    });

    expect(JSON.stringify(told)).toMatch(/Nearest match: key live/);
  },
);

test('what a key may be has nothing said of it', () => {
  const uuid = fc.uuid();
  const token = fc.stringMatching(/^[A-Za-z0-9_-]{16,64}$/);
  const hex = fc.stringMatching(/^[0-9a-f]{32,64}$/);
  const random = fc
    .uint8Array({ minLength: 24, maxLength: 64 })
    .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`);
  fc.assert(
    fc.property(fc.oneof(uuid, token, hex, random), (key) => {
      // A token of dashes and letters may happen to look like an option or a base64 of a text; not these.
      fc.pre(!/^-|^[A-Za-z0-9]{12,}$/.test(key) || /^[0-9a-f-]+$/.test(key));
      expect(findLeftovers(Buffer.from(key))).toEqual([]);
    }),
  );
});

test('whatever the bytes are, they are judged soon and without a fault', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4096 }), (bytes) => {
      for (const { has } of findLeftovers(Buffer.from(bytes))) expect(has).toMatch(/^[ -~]+$/);
    }),
  );
  for (const text of [' ', '\t', '"', 'a=', '%', '\\n', '-n ', '<', '{{', '\ufeff', '-']) {
    const began = performance.now();
    findLeftovers(Buffer.from(text.repeat(4096 / Buffer.byteLength(text))));
    expect(performance.now() - began, text).toBeLessThan(1000);
  }
});

/** What its file holds is the base64 of a text, which is how a key that is decoded has to stand there. */
const base64OfText = Buffer.from(id).toString('base64');

test.each([
  ['key: base64', 'base64', 0],
  ['key: text', 'text', 1],
])('the base64 of a text under %s', async (_name, form, count) => {
  const { keys } = place(base64OfText);
  const file = join(keys, '..', 'hookgate.yaml');
  const scheme = `{ signature: "header:X-S", key: ${form} }`;
  writeFileSync(
    file,
    `upstream: { url: "http://127.0.0.1:1" }\nallowlist: { mode: "off" }\n` +
      `routes: [{ name: a, path: /a, keysDirectory: ${keys}, scheme: ${scheme} }]\n`,
  );
  const loaded = await loadEverything({ file, env: {}, flags: {} });
  const warnings = loaded.kind === 'ok' ? loaded.loaded.warnings : [];
  expect(warnings.filter((warning) => warning.includes('is the base64 of a text'))).toHaveLength(count);
});

test('where one of two routes takes a key as it is, its base64 is said', async () => {
  const { keys } = place(base64OfText);
  const file = join(keys, '..', 'hookgate.yaml');
  const route = (name: string, form: string) =>
    `{ name: ${name}, path: /${name}, keysDirectory: ${keys}, scheme: { signature: "header:X-S", key: ${form} } }`;
  writeFileSync(
    file,
    `upstream: { url: "http://127.0.0.1:1" }\nallowlist: { mode: "off" }\n` +
      `routes: [${route('a', 'base64')}, ${route('b', 'text')}]\n`,
  );
  const loaded = await loadEverything({ file, env: {}, flags: {} });
  expect(loaded.kind === 'ok' ? loaded.loaded.warnings.join('\n') : '').toMatch(/is the base64 of a text/);
});

test('a key that signs is base64 always', async () => {
  const { keys } = place(id);
  const signing = join(keys, '..', 'signing');
  mkdirSync(signing);
  writeFileSync(join(signing, 'own'), Buffer.from(`${id}-of-the-gate`).toString('base64'));
  const file = join(keys, '..', 'hookgate.yaml');
  writeFileSync(
    file,
    `upstream: { url: "http://127.0.0.1:1", signing: { keysDirectory: ${signing} } }\nallowlist: { mode: "off" }\n` +
      `routes: [{ name: a, path: /a, keysDirectory: ${keys} }]\n`,
  );
  const loaded = await loadEverything({ file, env: {}, flags: {} });
  expect(loaded.kind).toBe('ok');
  expect(loaded.kind === 'ok' ? loaded.loaded.warnings.join('\n') : '').not.toMatch(
    /is the base64 of a text/,
  );
});

test('a good key is good', () => {
  const { keys } = place(`${id}\n`);
  expect(readKeys(keys)).toMatchObject({ kind: 'ok', warnings: [], unmeant: [] });
});
