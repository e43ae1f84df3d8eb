import { expect, test } from 'vitest';
import { Rejection } from '../../src/delivery/rejections.ts';
import { createJudgePath } from '../../src/gates/path.ts';
import { spellingsOfWebhookPath } from '../support/path-spellings.ts';
import { startPlainApplication } from '../support/plain-application.ts';
import { runGate } from '../support/running-gate.ts';

const judge = createJudgePath({
  routes: [{ name: 'hooks', path: '/status/hooks', events: ['*'], unsignedFields: 'strip' }],
  otherPaths: 'passthrough',
  denyPaths: ['/webhooks/juicyway', '/server-status', '/status'],
});
const codeOf = (target: string) => {
  const verdict = judge(target);
  return verdict instanceof Rejection ? verdict.code : 'let on';
};

test.each(spellingsOfWebhookPath)('%s is refused', (target) => {
  expect(codeOf(target)).not.toBe('let on');
});

test.each([
  '/server-status',
  '/server-status?auto',
  '/server-status/',
  '/server-status/below/it',
  '/Server-Status',
  '/server-status.json',
  '/server-status;x=1',
  '/index.php/server-status',
])('%s is not there', (target) => {
  expect(codeOf(target)).toBe('unknown_path');
});

test.each(['/', '/server-status2', '/server-status-eu', '/server', '/other/server-status', '/statusx'])(
  '%s is another path',
  (target) => {
    expect(codeOf(target)).toBe('let on');
  },
);

test('a webhook below a denied path is still one', () => {
  expect(codeOf('/status/hooks')).toBe('let on');
  expect(codeOf('/status/other')).toBe('unknown_path');
});

test('the application sees nothing of it', async () => {
  const seen: string[] = [];
  const application = await startPlainApplication((request, response) => {
    seen.push(request.url ?? '');
    response.end('hello');
  });
  const gate = await runGate(application.url, {
    otherPaths: 'passthrough',
    denyPaths: '[/server-status]',
  });
  const ask = async (path: string) => (await fetch(`http://127.0.0.1:${gate.port}${path}`)).status;
  expect(await ask('/server-status?auto')).toBe(404);
  expect(await ask('/SERVER-status/')).toBe(404);
  expect(await ask('/page')).toBe(200);
  expect(seen).toEqual(['/page']);
});

test.each(['', '/app'])(
  'with "/" everything that is no route is denied, behind the prefix "%s" too',
  (upstreamPrefix) => {
    const routes = [{ name: 'hooks', path: '/hooks' }];
    const judgeAll = createJudgePath({ routes, otherPaths: 'passthrough', denyPaths: ['/'], upstreamPrefix });
    for (const target of ['/', '/users', '/.git/config'])
      expect(judgeAll(target)).toMatchObject({ code: 'unknown_path' });
    expect(judgeAll('/hooks')).toBe(routes[0]);
  },
);
