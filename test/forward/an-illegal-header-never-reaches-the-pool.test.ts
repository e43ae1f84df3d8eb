import { expect, test } from 'vitest';
import { startScriptedApplication } from '../support/scripted-application.ts';
import { anEvent, testUpstream } from '../support/test-upstream.ts';

test.each([
  ['a line break in a value', ['X-Note', 'a\r\nX-Forged: 1'], /X-Note/],
  ['a NUL in a value', ['X-Note', 'a\0'], /X-Note/],
  ['a character beyond one byte', ['X-Note', 'snow ☃'], /X-Note/],
  ['a name that is no token', ['X Note', 'a'], /X Note/],
  ['a second Host', ['Host', 'a', 'host', 'b'], /two Host/],
  ['a Content-Length', ['content-length', '5'], /content-length/],
  ['Transfer-Encoding', ['Transfer-Encoding', 'chunked'], /Transfer-Encoding/],
  ['Connection', ['Connection', 'close'], /Connection/],
  ['Upgrade', ['Upgrade', 'websocket'], /Upgrade/],
  ['Expect', ['Expect', '100-continue'], /Expect/],
  ['a name without a value', ['X-Note'], /X-Note/],
])('%s is turned away, and the pool of four goes on', async (_name, headers, sentence) => {
  const application = await startScriptedApplication();
  const upstream = testUpstream(application.url, { connections: 4 });

  for (let round = 0; round < 5; round += 1) {
    const result = await upstream.send(anEvent('{}', headers));
    expect(result).toMatchObject({
      kind: 'unreachable',
      cause: { message: expect.stringMatching(sentence) },
    });
  }

  expect(application.requests).toHaveLength(0);
  expect(await upstream.send(anEvent())).toMatchObject({ kind: 'answered', status: 200 });
});

test('a path that cannot be sent is turned away likewise', async () => {
  const application = await startScriptedApplication();
  const upstream = testUpstream(application.url, { connections: 4 });

  for (const path of ['/a b', '/a\r\nX: y', 'a', '', '/☃']) {
    expect(await upstream.send(anEvent('{}', [], path))).toMatchObject({ kind: 'unreachable' });
  }

  expect(await upstream.send(anEvent())).toMatchObject({ kind: 'answered', status: 200 });
});
