import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../demo/free-port.ts';
import { prepareGate, startGateProcess } from '../support/gate-process.ts';
import { postEvent } from '../support/post-event.ts';
import { speaksTls, startRedis } from '../support/redis-server.ts';
import { requireProgram } from '../support/require-program.ts';
import { configText, type Sections, writeGateFiles } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const program = new URL('../../dist/hookgate.js', import.meta.url).pathname;
const run = promisify(execFile);

/** An authority, and a certificate of 127.0.0.1 that it has signed. */
async function makeAuthority(directory: string) {
  const at = (name: string): string => join(directory, name);
  const openssl = (...args: string[]) => run('openssl', args, { cwd: directory });
  const authority = (name: string, file: string) =>
    openssl(
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'],
      ...['-subj', `/CN=${name}`, '-keyout', `${file}.key`, '-out', `${file}.pem`],
    );
  await authority('Test authority', 'ca');
  await openssl(
    ...['req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=application'],
    ...['-keyout', 'tls.key', '-out', 'tls.csr'],
  );
  writeFileSync(at('names'), 'subjectAltName=IP:127.0.0.1\n');
  await openssl(
    ...['x509', '-req', '-in', 'tls.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
    ...['-days', '2', '-extfile', 'names', '-out', 'tls.crt'],
  );
  mkdirSync(at('empty'));
  // A store that has this authority and no other; and one that has others, as a machine usually has.
  const believing = { SSL_CERT_FILE: at('ca.pem'), SSL_CERT_DIR: at('empty'), NODE_EXTRA_CA_CERTS: '' };
  await authority('Another', 'other');
  const doubting = { ...believing, SSL_CERT_FILE: at('other.pem') };
  return { at, believing, doubting };
}

/** An application behind TLS, with the files of a gate in front of it. */
async function makeScene() {
  const directory = temporaryDirectory();
  const { at, believing, doubting } = await makeAuthority(directory);
  const tls = { cert: readFileSync(at('tls.crt')), key: readFileSync(at('tls.key')) };
  const server = createServer(tls, (request, response) => request.resume().on('end', () => response.end()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const upstreamUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const places = writeGateFiles(upstreamUrl, {}, directory);
  const check = async (env: Record<string, string>, sections: Sections = {}) => {
    writeFileSync(places.configFile, configText(places, { admin: '{ port: 1 }', ...sections }));
    const { stdout } = await hookgate(env, 'check', '--json', '--config', places.configFile);
    const { checks } = JSON.parse(stdout) as { checks: { name: string; result: string; detail: string }[] };
    return (name: string) => checks.find((one) => one.name === name);
  };
  return { at, believing, doubting, check, ...places };
}

async function hookgate(env: Record<string, string>, ...args: string[]) {
  const options = { env: { ...process.env, ...env } };
  return run(process.execPath, [program, ...args], options).then(
    ({ stdout }) => ({ stdout, code: 0 }),
    ({ stdout, code }: { stdout: string; code: number }) => ({ stdout, code }),
  );
}

describe.skipIf(requireProgram('openssl') === undefined)('an authority that only the system knows', () => {
  test('is believed of the application', async () => {
    const { upstreamUrl, believing, doubting } = await makeScene();
    const deliver = async (env: Record<string, string>) => {
      const places = await prepareGate(upstreamUrl);
      await startGateProcess(places, { env });
      const event = signedEvent('payment.a', { n: 1 });
      return (await postEvent(`http://127.0.0.1:${places.port}/webhooks/juicyway`, event)).status;
    };

    expect(await deliver(doubting)).toBe(502);
    expect(await deliver(believing)).toBe(200);
  });

  test('is believed by check and send, which ask as the gate does', async () => {
    const { upstreamUrl, believing, doubting, check, keysDirectory } = await makeScene();
    const key = join(keysDirectory, 'primary');
    const send = async (env: Record<string, string>) =>
      (await hookgate(env, 'send', '--url', upstreamUrl, '--key-file', key)).code;

    expect((await check(doubting))('upstream')).toMatchObject({
      result: 'failed',
      detail: expect.stringContaining('certificate'),
    });
    expect((await check(believing))('upstream')).toMatchObject({ result: 'good' });
    expect([await send(doubting), await send(believing)]).toEqual([1, 0]);
  });

  if (speaksTls) {
    test('is believed of the store', async () => {
      const { at, believing, doubting, check } = await makeScene();
      const port = await freePort();
      await startRedis({
        port: '0',
        'tls-port': String(port),
        'tls-cert-file': at('tls.crt'),
        'tls-key-file': at('tls.key'),
        'tls-auth-clients': 'no',
      });
      const duplicates = `{ store: redis, redis: { url: "rediss://127.0.0.1:${port}" } }`;

      expect((await check(doubting, { duplicates }))('store')).toMatchObject({
        result: 'failed',
        detail: expect.stringContaining('certificate'),
      });
      expect((await check(believing, { duplicates }))('store')).toMatchObject({ result: 'good' });
    });
  }
});
