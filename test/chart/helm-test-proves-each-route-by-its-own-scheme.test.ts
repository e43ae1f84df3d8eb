import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { manifests, render } from '../support/helm.ts';

const bin = new URL('../../dist/hookgate.js', import.meta.url).pathname;
const secrets = {
  keys: 'business-one',
  'routes/paystack/keys': 'sk_test_paystack',
  'routes/stripe/keys': 'whsec_stripe',
};

/** Runs the script of `helm test` here, with what a pod would have mounted; the live Service is the private gate. */
async function runHelmTest(change: (directory: string) => void = () => undefined) {
  const directory = mkdtempSync(join(tmpdir(), 'hookgate-helm-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const rendered = manifests(render('three-senders'));
  const dataOf = (name: string) =>
    (
      rendered.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name) as unknown as {
        data: Record<string, string>;
      }
    ).data;
  const [port, adminPort] = [await freePort(), await freePort()];
  const here = (text: string) =>
    text
      .replaceAll('/etc/hookgate', `${directory}/etc`)
      .replaceAll("'/test/", `'${directory}/test/`)
      .replaceAll('"/test/', `"${directory}/test/`)
      .replaceAll('/app/hookgate.js', bin)
      .replaceAll('http://hookgate.shop.svc:80', `http://127.0.0.1:${port}`)
      .replaceAll('18080', String(port))
      .replaceAll('19090', String(adminPort));
  const put = (file: string, text: string) => {
    mkdirSync(join(directory, file, '..'), { recursive: true });
    writeFileSync(join(directory, file), here(text));
  };
  for (const [name, text] of Object.entries(dataOf('hookgate-test'))) put(`test/${name}`, text);
  put('etc/config/hookgate.yaml', dataOf('hookgate-config')['hookgate.yaml'] as string);
  put('etc/allowlist/allowlist.yaml', dataOf('hookgate-allowlist')['allowlist.yaml'] as string);
  for (const route of ['paystack', 'stripe']) {
    const list = dataOf(`hookgate-allowlist-${route}`)['allowlist.yaml'] as string;
    put(`etc/routes/${route}/allowlist/allowlist.yaml`, list);
  }
  for (const [place, key] of Object.entries(secrets)) put(`etc/${place}/live`, key);
  change(directory);
  const child = spawn(process.execPath, [join(directory, 'test/delivery.mjs')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, errors] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  return `${out.join('')}${errors.join('')}`.split('\n').filter((line) => line !== '');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("three senders, signed, repeated and tampered by each one's scheme", async () => {
  const lines = await runHelmTest();
  const proved = lines.filter((line) => line.startsWith('ok '));
  expect(proved.map((line) => line.replace(/http:\/\/127\.0\.0\.1:\d+/, 'LIVE'))).toEqual([
    ...['/webhooks/juicyway', '/webhooks/paystack/', '/webhooks/stripe'].flatMap((path) => [
      `ok   ${path} with key live: a signed event arrives`,
      `ok   ${path} with key live: its repeat is answered and does not arrive`,
      `ok   ${path} with key live: a tampered event is refused`,
    ]),
    ...['/webhooks/juicyway', '/webhooks/paystack/', '/webhooks/stripe'].map(
      (path) => `ok   LIVE${path}: the live gate answers, and refuses a tampered event`,
    ),
  ]);
  // No application stands behind the Service that the values name.
  expect(lines.filter((line) => line.startsWith('FAIL')).join()).toMatch(
    /^FAIL the application accepts[^\n]*$/,
  );
}, 60_000);

test('a Secret of one route that is missing is named', async () => {
  const lines = await runHelmTest((directory) =>
    rmSync(join(directory, 'etc/routes/stripe/keys'), { recursive: true }),
  );
  expect(lines.join()).toContain('FAIL Secret stripe-keys does not exist or is empty');
}, 60_000);
