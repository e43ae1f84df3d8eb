import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { manifests, render } from '../support/helm.ts';
import { startPlainApplication } from '../support/plain-application.ts';
import { runGate } from '../support/running-gate.ts';

const bin = new URL('../../dist/hookgate.js', import.meta.url).pathname;
const secrets = {
  keys: 'business-one',
  'routes/paystack/keys': 'sk_test_paystack',
  'routes/stripe/keys': 'whsec_stripe',
};

const paths = ['/webhooks/juicyway', '/webhooks/paystack/', '/webhooks/stripe'];

/** Runs the script of `helm test` here, with what a pod would have mounted, beside a live gate and an application. */
async function runHelmTest(change: (directory: string) => void = () => undefined) {
  const application = await startPlainApplication();
  const live = await runGate(application.url, {
    routes: `[${paths.map((path, index) => `{ name: route-${index}, path: ${path} }`).join(', ')}]`,
  });
  const directory = mkdtempSync(join(tmpdir(), 'hookgate-helm-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const rendered = manifests(render('three-senders'));
  const dataOf = (name: string) =>
    (
      rendered.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name) as unknown as {
        data: Record<string, string>;
      }
    ).data;
  const here = (text: string) =>
    text
      .replaceAll('/etc/hookgate', `${directory}/etc`)
      .replaceAll("'/test/", `'${directory}/test/`)
      .replaceAll('"/test/', `"${directory}/test/`)
      .replaceAll('/app/hookgate.js', bin)
      .replaceAll('http://hookgate.shop.svc:80', `http://127.0.0.1:${live.port}`)
      .replaceAll('http://payments.shop.svc:80', application.url);
  const put = (file: string, text: string) => {
    mkdirSync(join(directory, file, '..'), { recursive: true });
    writeFileSync(join(directory, file), here(text));
  };
  for (const [name, text] of Object.entries(dataOf('hookgate-test'))) put(`test/${name}`, text);
  // Whatever gate may be running on this machine at the usual port is none of the test's.
  const config = (dataOf('hookgate-config')['hookgate.yaml'] as string).replace('port: 8080', 'port: 0');
  put('etc/config/hookgate.yaml', config);
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
  const lines = `${out.join('')}${errors.join('')}`.split('\n').filter((line) => line !== '');
  return { lines, seen: application.seen };
}

const proofs = paths.flatMap((path) => [
  `ok    ${path} with key live: a signed event arrives`,
  `ok    ${path} with key live: its repeat is answered and does not arrive`,
  `ok    ${path} with key live: a tampered event is refused`,
]);

test("three senders, signed, repeated and tampered by each one's scheme", async () => {
  const { lines, seen } = await runHelmTest();
  const proved = lines.filter((line) => /^(ok|FAIL) /.test(line));
  expect(proved.map((line) => line.replace(/http:\/\/127\.0\.0\.1:\d+/, 'LIVE'))).toEqual([
    'ok    the application accepts connections',
    ...proofs,
    ...paths.map((path) => `ok    LIVE${path}: the live gate answers, and refuses a tampered event`),
  ]);
  expect(lines.at(-1)).toBe('All as promised.');
  expect(seen).toEqual([]);
}, 60_000);

test('the application of one route alone sees nothing either, whoever wrote the config', async () => {
  const { url, seen } = await startPlainApplication();
  const { lines } = await runHelmTest((directory) => {
    const file = join(directory, 'etc/config/hookgate.yaml');
    const config = parse(readFileSync(file, 'utf8')) as { routes: { upstream?: object }[] };
    for (const route of config.routes.slice(1)) route.upstream = { url };
    writeFileSync(file, stringify(config));
  });
  expect(lines).toEqual(expect.arrayContaining(proofs));
  expect(seen).toEqual([]);
}, 60_000);

test('a Secret of one route that is missing is named', async () => {
  const { lines } = await runHelmTest((directory) =>
    rmSync(join(directory, 'etc/routes/stripe/keys'), { recursive: true }),
  );
  expect(lines.join()).toContain('FAIL  Secret stripe-keys does not exist or is empty');
}, 60_000);
