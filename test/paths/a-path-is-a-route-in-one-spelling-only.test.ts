import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PassThrough } from '../../src/delivery/answer.ts';
import { Rejection } from '../../src/delivery/rejections.ts';
import { createJudgePath } from '../../src/gates/path.ts';
import { spellingsOfWebhookPath } from '../support/path-spellings.ts';

function judgeWith(paths: readonly string[], otherPaths: 'deny' | 'passthrough', upstreamPrefix = '') {
  const routes = paths.map((path) => ({ name: path, path }));
  const judgePath = createJudgePath({ routes, otherPaths, upstreamPrefix });
  return (target: string): string => {
    const verdict = judgePath(target);
    if (verdict instanceof Rejection) return verdict.code;
    return verdict instanceof PassThrough ? 'passed through' : `route ${verdict.name}`;
  };
}

describe.each(['deny', 'passthrough'] as const)('where other paths are for %s', (otherPaths) => {
  const judge = judgeWith(['/webhooks/juicyway'], otherPaths);
  const other = otherPaths === 'deny' ? 'unknown_path' : 'passed through';

  test.each(['/webhooks/juicyway', '/webhooks/juicyway?', '/webhooks/juicyway?a=/../b&c=%2f//\\'])(
    'the query takes no part: %s',
    (target) => {
      expect(judge(target)).toBe('route /webhooks/juicyway');
    },
  );

  test.each(spellingsOfWebhookPath)('%s is refused', (target) => {
    expect(judge(target)).toBe('ambiguous_path');
  });

  test.each([
    '/',
    '/?a=//b',
    '/webhooks',
    '/webhooks/',
    '/webhooks/juicyway2',
    '/webhooks/juicyway-eu',
    '/webhooks/juicyway_eu',
    '/webhooks/juicyway2.json',
    '/webhooks/stripe',
    '/juicyway',
    '/api/v1.2/users/',
    '/api/webhooks/juicyway2',
    '/files/a%20b.pdf',
    '/files/caf%C3%A9%20%E6%97%A5.pdf',
    '/files/%20x%20/100%EF%BC%85.pdf',
    '/files/%E2%80%A6/%F0%9F%A7%BE.pdf',
    '/webhooks/juicyway2%CC%8C',
    '/caf%C3%A9/webhooks/juicyway',
    '/search/a%3Fb%23c',
    '/a;jsessionid=1/b',
    "/~user/a,b:c@d!$&'()*+=_-.x",
    '/.well-known/acme-challenge/x',
    '/a..b/...c',
    '/socket.io/?EIO=4',
  ])('%s is another path', (target) => {
    expect(judge(target)).toBe(other);
  });
});

test('a route at the root leaves other paths alone', () => {
  const judge = judgeWith(['/'], 'passthrough');
  expect(judge('/?a')).toBe('route /');
  const others = [
    '/users',
    '/.well-known/acme-challenge/x',
    '/@vite/client',
    '/~user',
    '/$metadata',
    '/indexes',
    '/a/index.php',
    '/v1.2/',
    '/v1.2/index.html',
    '/.well-known/',
    '/jquery.min.js',
    '/a/app.php',
    '/app.php/users',
  ];
  for (const target of others) expect(judge(target)).toBe('passed through');
  for (const target of [
    '/%20',
    '/;x',
    '/(S(x))',
    '/index.php',
    '/index.php.en',
    '/Default.aspx;x',
    '/index',
    '/app.php',
    '/app.php/',
    '/App_Dev.php',
    '/app.php/index.html',
    '/run.cgi;x',
  ])
    expect(judge(target)).toBe('ambiguous_path');
});

test('a route at the root leaves other paths alone behind a prefix as well', () => {
  const judge = judgeWith(['/'], 'passthrough', '/app');
  for (const target of ['/users', '/users/1', '/app2']) expect(judge(target)).toBe('passed through');
  for (const target of ['/%20', '/index.php']) expect(judge(target)).toBe('ambiguous_path');
});

test('of routes below one another each is found', () => {
  const judge = judgeWith(['/hooks', '/hooks/a'], 'passthrough');
  expect(judge('/hooks')).toBe('route /hooks');
  expect(judge('/hooks/a')).toBe('route /hooks/a');
  expect(judge('/hooks/b')).toBe('ambiguous_path');
  expect(judge('/hooksb')).toBe('passed through');
});

test('a route is looked for in every case, whatever its own', () => {
  const judge = judgeWith(['/Hooks/JW.v1'], 'passthrough');
  expect(judge('/Hooks/JW.v1')).toBe('route /Hooks/JW.v1');
  expect(judge('/hooks/jw.v1')).toBe('ambiguous_path');
});

test('the path that the application sees behind the prefix is guarded as well', () => {
  const judge = judgeWith(['/webhooks/juicyway'], 'passthrough', '/webhooks');
  for (const target of ['/juicyway', '/Juicyway/', '/juicyway.json', '/%20juicyway', '/webhooks/Juicyway'])
    expect(judge(target)).toBe('ambiguous_path');
  for (const target of ['/', '/juicyway2', '/stripe']) expect(judge(target)).toBe('passed through');
  expect(judge('/webhooks/juicyway')).toBe('route /webhooks/juicyway');
});

/** What a reader may take away, and other characters that some step makes the one of the route. */
const added = [
  ' ',
  '\u00a0',
  '\u3000',
  '\ufeff',
  '\u200b',
  '\u200d',
  '\u00ad',
  '\u2060',
  '\u0301',
  '\u030c',
  '\u034f',
  '\ufe0f',
];
const asOtherCharacter = [
  (letter: string) => letter,
  (letter: string) => letter.toUpperCase(),
  (letter: string) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0),
  (letter: string) =>
    /[a-z]/.test(letter) ? String.fromCodePoint(letter.charCodeAt(0) - 0x61 + 0x24d0) : letter,
  (letter: string) =>
    /[a-z]/.test(letter) ? String.fromCodePoint(letter.charCodeAt(0) - 0x61 + 0x1d41a) : letter,
  (letter: string) => `${letter}\u0308`.normalize('NFC'),
];

test('whatever is added to the letters or put in their place, the path is not passed through', () => {
  const judge = judgeWith(['/webhooks/juicyway'], 'passthrough');
  const letter = (original: string) =>
    fc
      .tuple(
        fc.array(fc.constantFrom(...added), { maxLength: 2 }),
        fc.constantFrom(...asOtherCharacter),
        fc.array(fc.constantFrom(...added), { maxLength: 2 }),
      )
      .map(([before, change, after]) => [...before, change(original), ...after].join(''));
  const path = fc.tuple(...[...'webhooks/juicyway'].map(letter)).map((letters) => `/${letters.join('')}`);
  fc.assert(
    fc.property(path, fc.constantFrom('', '/', ';a', '/sub', '.json', '\u20ac'), (spelling, end) => {
      // As a client would send it: what needs no escape has none.
      const target = encodeURI(`${spelling}${end}`);
      fc.pre(target !== '/webhooks/juicyway');
      expect(judge(target)).toBe('ambiguous_path');
    }),
    { numRuns: 2_000 },
  );
});
