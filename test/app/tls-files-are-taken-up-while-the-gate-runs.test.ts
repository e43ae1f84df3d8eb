import { once } from 'node:events';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { replaceFile } from '../support/replace-file.ts';
import { requireProgram } from '../support/require-program.ts';
import { runGate } from '../support/running-gate.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';
import { signedEvent } from '../support/sign-event.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

type Pair = { key: string; cert: string };

/** Posts one event over a connection of its own, which trusts nothing but `ca`. */
async function post(port: number, ca: string, body: Buffer): Promise<{ status: number; serial: string }> {
  const sent = request({
    host: '127.0.0.1',
    port,
    ca,
    path: '/webhooks/juicyway',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    agent: false,
  }).end(body);
  const [answer] = await once(sent, 'response');
  const serial = (answer.socket as TLSSocket).getPeerCertificate().serialNumber;
  await text(answer);
  return { status: answer.statusCode, serial };
}

test.skipIf(requireProgram('openssl') === undefined)(
  'a new certificate is served without a restart, half a change is not, and the application is told of https',
  async () => {
    const application = await startEventApplication();
    const [first, second] = [1, 2].map(() => selfSignedCertificate(['IP:127.0.0.1'])) as [Pair, Pair];
    const directory = temporaryDirectory();
    const [certFile, keyFile] = [join(directory, 'tls.crt'), join(directory, 'tls.key')];
    replaceFile(certFile, first.cert);
    replaceFile(keyFile, first.key);
    const gate = await runGate(application.url, {
      listen: `{ host: 127.0.0.1, port: 0, tls: { certFile: ${certFile}, keyFile: ${keyFile} } }`,
    });

    const before = await post(gate.port, first.cert, signedEvent('payment.a', { n: 1 }));
    // A certificate whose key has not come yet.
    replaceFile(certFile, second.cert);
    await gate.gate.reload();
    const between = await post(gate.port, first.cert, signedEvent('payment.a', { n: 2 }));
    expect(await gate.metric('hookgate_config_reloads_total{result="failure"}')).toBeGreaterThan(0);
    replaceFile(keyFile, second.key);
    await gate.gate.reload();
    const after = await post(gate.port, second.cert, signedEvent('payment.a', { n: 3 }));

    expect([before.status, between.status, after.status]).toEqual([200, 200, 200]);
    expect(between.serial).toBe(before.serial);
    expect(after.serial).not.toBe(before.serial);
    expect(application.events.map(({ headers }) => headers['x-forwarded-proto'])).toEqual(
      Array(3).fill('https'),
    );
  },
);
