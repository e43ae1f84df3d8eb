import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { standardWebhooksOfPython } from '../setup/standard-webhooks-of-python.ts';
import { routeOf, runSchemeGate } from '../support/scheme-gate.ts';
import { senders, signedBy } from '../support/senders.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const verify = `
import json, sys
from standardwebhooks import Webhook
sent = json.load(sys.stdin)
try:
    Webhook(sent["secret"]).verify(sent["body"].encode(), sent["headers"])
    print("verified")
except Exception as error:
    print(type(error).__name__)
`;

test("PyPI's standardwebhooks takes the gate's verdict under each key, and no other body", async ({
  skip,
}) => {
  const library = standardWebhooksOfPython();
  skip(library === undefined, 'standardwebhooks of PyPI could not be had');
  const signing = temporaryDirectory();
  const secrets = [1, 2].map((fill) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`);
  for (const [index, secret] of secrets.entries()) writeFileSync(join(signing, `key-${index}`), secret);
  const sender = senders.find(({ profile }) => profile === 'paystack') as (typeof senders)[number];
  const { application, post } = await runSchemeGate([routeOf(sender)], {
    upstream: `UPSTREAM, signing: { keysDirectory: ${signing} } }`,
  });
  const text = sender.body.replace('r-1', 'référence 😀');
  const { body, headers } = await signedBy(sender, { body: text });
  expect((await post('paystack', body, headers)).status).toBe(200);

  const [event] = application.events;
  const python = (secret: string, sent: string): string => {
    const input = JSON.stringify({ secret, body: sent, headers: event?.headers });
    const done = spawnSync('python3', ['-c', verify], {
      input,
      encoding: 'utf8',
      env: { ...process.env, PYTHONPATH: library },
    });
    return done.stdout.trim() || done.stderr;
  };
  for (const secret of secrets) expect(python(secret, String(event?.body))).toBe('verified');
  expect(python(secrets[0] as string, text.replace('10.5', '99.5'))).toBe('WebhookVerificationError');
  expect(python(`whsec_${Buffer.alloc(32, 3).toString('base64')}`, text)).toBe('WebhookVerificationError');
}, 300_000);
