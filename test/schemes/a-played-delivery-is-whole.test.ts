import { expect, test } from 'vitest';
import { compileScheme } from '../../src/schemes/compile.ts';
import { custom } from '../../src/schemes/profiles/custom.ts';
import type { SchemeSettings } from '../../src/schemes/settings.ts';
import { signDelivery } from '../../src/schemes/sign-delivery.ts';
import { createPoster } from '../../src/sender/post.ts';
import { playEvent } from '../../src/sender/scheme-event.ts';
import { runSchemeGate } from '../support/scheme-gate.ts';

const secret = Buffer.from('a-secret-of-the-tests');

function schemeOf(own: Partial<SchemeSettings>) {
  const compiled = compileScheme(custom, { ...custom, ...own });
  if (compiled.kind !== 'scheme') throw new Error(compiled.problems[0]?.expected);
  return compiled.scheme;
}

test('where a secret in the body is all that is sent, nothing beside it is lost', () => {
  const scheme = schemeOf({ signature: 'json:/token', algorithm: 'equals', message: '' });
  const { body } = signDelivery(scheme, Buffer.from('{"a":1,"token":"old","b":[2]}'), { secret, nowMs: 0 });
  expect(body.toString()).toBe(`{"token":"${secret}","a":1,"b":[2]}`);
});

test('where the type of the body is signed, it is the one that the gate takes', async () => {
  const message = '{header:Content-Type}.{body}';
  const own = { signature: 'header:X-S', message };
  const { gate } = await runSchemeGate([
    { name: 'typed', keys: { primary: secret.toString() }, scheme: JSON.stringify(own) },
  ]);
  const signing = { event: 'a', dataJson: '{}', secret, way: undefined, nowMs: Date.now() };
  const { body, headers } = playEvent(schemeOf(own), signing);
  const poster = createPoster({
    url: new URL(`http://127.0.0.1:${gate.port}/hooks/typed`),
    headers: [],
    caPem: undefined,
    timeoutMs: 5000,
    connections: 1,
  });
  expect(await poster.post(body.toString(), AbortSignal.timeout(5000), headers)).toMatchObject({
    status: 200,
  });
  await poster.close();
});
