import { expect, test } from 'vitest';
import { compileScheme } from '../../src/schemes/compile.ts';
import { wholeBody } from '../../src/schemes/envelope.ts';
import { readLiveKey } from '../../src/schemes/live-key.ts';
import { github } from '../../src/schemes/profiles/github.ts';
import { standardWebhooks } from '../../src/schemes/profiles/standard-webhooks.ts';
import type { Profile } from '../../src/schemes/settings.ts';
import { createVerify } from '../../src/schemes/verify.ts';

function verdict(profile: Profile, key: string, headers: readonly string[], body: string, arrivedMs = 0) {
  const compiled = compileScheme(profile, profile);
  if (compiled.kind === 'problems') throw new Error('it does not compile');
  const read = readLiveKey(compiled.scheme, { name: 'k', secret: Buffer.from(key) });
  if (read.kind !== 'key') throw new Error(read.expected);
  return createVerify(compiled.scheme, [read.key])(headers, wholeBody(Buffer.from(body)), arrivedMs).kind;
}

test('GitHub', () => {
  const digest = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
  const headers = ['X-Hub-Signature-256', `sha256=${digest}`];
  expect(verdict(github, "It's a Secret to Everybody", headers, 'Hello, World!')).toBe('match');
  expect(verdict(github, "It's a Secret to Everybody", headers, 'Hello, World?')).toBe('mismatch');
});

test('Standard Webhooks', () => {
  const headers = [
    ...['webhook-id', 'msg_p5jXN8AQM9LWM0D4loKWxJek'],
    ...['webhook-timestamp', '1614265330'],
    ...['webhook-signature', 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
  ];
  const key = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const body = '{"test": 2432232314}';
  expect(verdict(standardWebhooks, key, headers, body, 1_614_265_330_000)).toBe('match');
  expect(verdict(standardWebhooks, key, headers, body, 1_614_265_730_000)).toBe('stale');
});
