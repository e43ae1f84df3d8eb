import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as requestPlainly } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { describe, expect, test, vi } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { replaceFile } from '../support/replace-file.ts';
import { requireProgram } from '../support/require-program.ts';
import { type GateForTest, runGate } from '../support/running-gate.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';
import { signedEvent } from '../support/sign-event.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const patience = { timeout: 20_000, interval: 50 };

interface Trouble {
  readonly gate: GateForTest;
  /** Breaks something that has to do with neither keys nor addresses, or changes what takes a restart. */
  readonly begin: () => void;
  readonly end: () => void;
  /** What is told of it. */
  readonly told: RegExp;
  /** PEM of the only certificate that the sender trusts; undefined for plain HTTP. */
  readonly ca?: string;
}

function withConfig(told: RegExp, change: (file: string, text: string) => void) {
  return async (): Promise<Trouble> => {
    const gate = await runGate((await startEventApplication()).url);
    const before = readFileSync(gate.configFile, 'utf8');
    const begin = () => change(gate.configFile, before);
    return { gate, begin, end: () => replaceFile(gate.configFile, before), told };
  };
}

async function withCertificate(): Promise<Trouble> {
  const [first, second] = [1, 2].map(() => selfSignedCertificate(['IP:127.0.0.1']));
  if (first === undefined || second === undefined) return expect.unreachable();
  const directory = temporaryDirectory();
  const [certFile, keyFile] = [join(directory, 'tls.crt'), join(directory, 'tls.key')];
  writeFileSync(certFile, first.cert);
  writeFileSync(keyFile, first.key);
  const tls = `{ certFile: ${certFile}, keyFile: ${keyFile} }`;
  const gate = await runGate((await startEventApplication()).url, {
    listen: `{ host: 127.0.0.1, port: 0, tls: ${tls} }`,
  });
  const [begin, end] = [second, first].map(
    ({ cert }) =>
      () =>
        replaceFile(certFile, cert),
  );
  if (begin === undefined || end === undefined) return expect.unreachable();
  return { gate, begin, end, told: /tls\.(crt|key)/, ca: first.cert };
}

/** Of an application to which nothing goes but what is passed through. */
async function withAuthorities(): Promise<Trouble> {
  const certificate = selfSignedCertificate(['IP:127.0.0.1']);
  if (certificate === undefined) return expect.unreachable();
  const caFile = join(temporaryDirectory(), 'authorities.pem');
  writeFileSync(caFile, certificate.cert);
  const gate = await runGate('https://127.0.0.1:9', {
    upstream: `UPSTREAM, caFile: ${caFile} }`,
    otherPaths: 'passthrough',
    routes: `[{ name: juicyway, path: /webhooks/juicyway, upstream: { url: "${(await startEventApplication()).url}" } }]`,
  });
  const begin = () => replaceFile(caFile, 'no certificate');
  return { gate, begin, end: () => replaceFile(caFile, certificate.cert), told: /authorities\.pem/ };
}

/** Over a connection of its own. */
async function post({ gate, ca }: Trouble, body: Buffer): Promise<string> {
  const options = {
    host: '127.0.0.1',
    port: gate.port,
    path: '/webhooks/juicyway',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    agent: false,
  };
  const sent = ca === undefined ? requestPlainly(options) : request({ ...options, ca });
  const [answer] = await once(sent.end(body), 'response');
  if (answer.statusCode === 200) {
    answer.resume();
    return '200';
  }
  const { code } = (await json(answer)) as { code: string };
  return `${answer.statusCode} ${code}`;
}

const troubles: readonly (readonly [string, () => Promise<Trouble>])[] = [
  [
    'hookgate.yaml has an unknown key',
    withConfig(/hookgate\.yaml.*bogus/, (file, text) => replaceFile(file, `${text}bogus: 1\n`)),
  ],
  ['hookgate.yaml is no YAML', withConfig(/hookgate\.yaml/, (file) => replaceFile(file, 'routes: ['))],
  ['hookgate.yaml is gone', withConfig(/hookgate\.yaml/, (file) => rmSync(file))],
  [
    'a change takes a restart',
    withConfig(/otherPaths: changed, which takes a restart/, (file, text) =>
      replaceFile(file, `${text}otherPaths: passthrough\n`),
    ),
  ],
  [
    'a change takes a restart and names a certificate that is not there',
    withConfig(/takes a restart.*tls\.crt/s, (file, text) =>
      replaceFile(
        file,
        text.replace(
          'port: 0 }',
          'port: 0, tls: { certFile: /nowhere/tls.crt, keyFile: /nowhere/tls.key } }',
        ),
      ),
    ),
  ],
];

test.each(troubles)('while %s: a removed key and a removed address', async (_name, make) => {
  await expectFollowed(await make());
});

test.skipIf(requireProgram('openssl') === undefined).each([
  ['the certificate does not fit its private key', withCertificate],
  ['the authorities of what is passed through are none', withAuthorities],
])('while %s: a removed key and a removed address', async (_name, make) => {
  await expectFollowed(await make());
});

describe('beside a broken file of its own route', () => {
  async function withTwoKeys(): Promise<GateForTest> {
    const gate = await runGate((await startEventApplication()).url);
    writeFileSync(join(gate.keysDirectory, 'next'), 'the-next-business-id');
    await gate.gate.reload();
    return gate;
  }
  const byNext = (n: number) =>
    signedEvent('payment.a', { n }, { secret: Buffer.from('the-next-business-id') });
  const byPrimary = (n: number) => signedEvent('payment.a', { n });

  test('a removed key is refused while the allowlist is broken, which stays as it was', async () => {
    const gate = await withTwoKeys();
    const trouble = { gate, begin: () => {}, end: () => {}, told: /allowlist\.yaml/ };
    replaceFile(gate.allowlistFile, 'addresses: [');
    rmSync(join(gate.keysDirectory, 'primary'));
    await gate.gate.reload();
    await expectTold(trouble);
    expect(await post(trouble, byPrimary(1))).toBe('401 checksum_mismatch');
    expect(await post(trouble, byNext(1))).toBe('200');
  });

  test('a removed address is refused while a key is broken', async () => {
    const gate = await withTwoKeys();
    const trouble = { gate, begin: () => {}, end: () => {}, told: /keys\/next/ };
    writeFileSync(join(gate.keysDirectory, 'next'), '');
    replaceFile(gate.allowlistFile, 'addresses: [203.0.113.7]\n');
    await gate.gate.reload();
    await expectTold(trouble);
    expect(await post(trouble, byPrimary(1))).toMatch(/address_not_allowed$/);
  });

  test('a removed key is refused and a new one taken while another is broken, which holds as it was', async () => {
    const gate = await withTwoKeys();
    const trouble = { gate, begin: () => {}, end: () => {}, told: /keys\/next/ };
    writeFileSync(join(gate.keysDirectory, 'next'), '');
    writeFileSync(join(gate.keysDirectory, 'third'), 'a-third-business-id');
    rmSync(join(gate.keysDirectory, 'primary'));
    await gate.gate.reload();
    await expectTold(trouble);
    expect(await post(trouble, byPrimary(1))).toBe('401 checksum_mismatch');
    expect(await post(trouble, byNext(1))).toBe('200');
    const byThird = signedEvent('payment.a', { n: 2 }, { secret: Buffer.from('a-third-business-id') });
    expect(await post(trouble, byThird)).toBe('200');
  });

  test('nobody is verified where the only file that is left cannot be used and never could', async () => {
    const gate = await runGate((await startEventApplication()).url);
    const trouble = { gate, begin: () => {}, end: () => {}, told: /keys\/next/ };
    writeFileSync(join(gate.keysDirectory, 'next'), '');
    rmSync(join(gate.keysDirectory, 'primary'));
    await gate.gate.reload();
    await expectTold(trouble);
    expect(await post(trouble, byPrimary(1))).toBe('401 checksum_mismatch');
  });

  test('keys whose directory is gone, or empty, stay: it may be mounted again', async () => {
    const gate = await withTwoKeys();
    const trouble = { gate, begin: () => {}, end: () => {}, told: /keys: / };
    rmSync(gate.keysDirectory, { recursive: true });
    await gate.gate.reload();
    await expectTold(trouble);
    expect(await post(trouble, byPrimary(1))).toBe('200');
  });
});

async function expectFollowed(trouble: Trouble): Promise<void> {
  const { gate } = trouble;
  const next = Buffer.from('the-next-business-id');
  writeFileSync(join(gate.keysDirectory, 'next'), next);
  await gate.gate.reload();
  expect(await post(trouble, signedEvent('payment.a', { n: 1 }))).toBe('200');

  trouble.begin();
  await gate.gate.reload();
  await expectTold(trouble);

  // Nobody asks for a reload from here on: the files are watched, whatever is broken.
  rmSync(join(gate.keysDirectory, 'primary'));
  await vi.waitFor(
    async () => expect(await post(trouble, signedEvent('payment.a', { n: 2 }))).toBe('401 checksum_mismatch'),
    patience,
  );
  const signedAnew = signedEvent('payment.a', { n: 3 }, { secret: next });
  expect(await post(trouble, signedAnew)).toBe('200');

  replaceFile(gate.allowlistFile, 'addresses: [203.0.113.7]\n');
  await vi.waitFor(
    async () => expect(await post(trouble, signedAnew)).toMatch(/address_not_allowed$/),
    patience,
  );
  await expectTold(trouble);

  trouble.end();
  await vi.waitFor(
    async () => expect(await gate.metric('hookgate_config_last_reload_successful')).toBe(1),
    patience,
  );
  expect(await heldBy(gate)).toEqual([]);
}

async function expectTold({ gate, told }: Trouble): Promise<void> {
  expect(await gate.metric('hookgate_config_last_reload_successful')).toBe(0);
  expect(await gate.metric('hookgate_config_reloads_total{result="failure"}')).toBeGreaterThan(0);
  expect((await heldBy(gate)).join('\n')).toMatch(told);
}

/** Problems that `/status` tells, in both of its places. */
async function heldBy({ adminUrl }: GateForTest): Promise<readonly string[]> {
  const { config } = (await (await fetch(`${adminUrl}/status`)).json()) as {
    config: { held: string[]; lastFailure?: { problems: string[] } };
  };
  expect(config.lastFailure?.problems ?? []).toEqual(config.held);
  return config.held;
}
