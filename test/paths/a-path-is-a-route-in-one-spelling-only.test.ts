import { describe, expect, test } from 'vitest';
import type { Route } from '../../src/config/config.ts';
import { Rejection } from '../../src/delivery/rejections.ts';
import { PassThrough } from '../../src/gates/gate.ts';
import { createJudgePath } from '../../src/gates/path.ts';
import { spellingsOfWebhookPath } from '../support/path-spellings.ts';

function judgeWith(paths: readonly string[], otherPaths: 'deny' | 'passthrough') {
  const routes: Route[] = paths.map((path) => ({ name: path, path, events: ['*'], unsignedFields: 'strip' }));
  const judgePath = createJudgePath({ routes, otherPaths });
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
  expect(judge('/users')).toBe('passed through');
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
