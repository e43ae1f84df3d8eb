import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startPlainApplication } from '../support/plain-application.ts';
import { runGate } from '../support/running-gate.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const program = new URL('../../dist/hookgate.js', import.meta.url).pathname;

async function prove(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program, 'prove', ...args], { env: { ...process.env, ...env } });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const [status] = (await once(child, 'close')) as [number];
  return { status, out, err };
}

test('a private gate and an echo; the application sees nothing, and nobody is listed', async () => {
  const application = await startPlainApplication();
  const { configFile, keysDirectory } = await runGate(application.url);
  writeFileSync(join(keysDirectory, 'second'), 'another-business');
  const { status, out } = await prove(['--config', configFile]);
  expect(out.match(/^ok /gm)).toHaveLength(6);
  expect(out).toContain('/webhooks/juicyway with key second: a tampered event is refused');
  expect(out).toContain('All as promised.');
  expect(status).toBe(0);
  expect(application.seen).toEqual([]);
});

test('not even where upstream.addresses or the environment name the application', async () => {
  const application = await startPlainApplication();
  const { configFile } = await runGate(application.url, { upstream: 'UPSTREAM, addresses: [127.0.0.1] }' });
  const { status } = await prove(['--config', configFile], { HOOKGATE_UPSTREAM_URL: application.url });
  expect(status).toBe(0);
  expect(application.seen).toEqual([]);
});

test('it asks the gate that runs here, and an application in its place is found out', async () => {
  const application = await startPlainApplication();
  const gate = await runGate(application.url);
  const at = (port: number) => ({ HOOKGATE_LISTEN_PORT: String(port) });
  const good = await prove(['--config', gate.configFile], at(gate.port));
  expect(good.out).toContain(`ok    the gate that runs here answers at port ${gate.port}`);
  const past = await prove(
    ['--config', gate.configFile],
    at(Number(new URL((await startPlainApplication()).url).port)),
  );
  expect(past.out).toMatch(/FAIL {2}the gate that runs here .* answered 200, and not by a gate/);
  expect(past.status).toBe(1);
});

test('--to-application says what it does, and sends one genuine event', async () => {
  const application = await startPlainApplication();
  const { configFile, allowlistFile } = await runGate(application.url);
  writeFileSync(allowlistFile, 'addresses: [203.0.113.7]\n');
  const { status, out } = await prove(['--config', configFile, '--to-application']);
  expect(out).toMatch(/^Sends one genuine event to the application at http.* reference hookgate-prove-/);
  expect(status).toBe(0);
  expect(application.seen).toEqual(['POST /webhooks/juicyway']);
});

test('--url tells a gate from an application', async () => {
  const application = await startPlainApplication();
  const gate = await runGate(application.url);
  const { status, out } = await prove(['--url', gate.url, '--url', `${application.url}/webhooks/juicyway`]);
  expect(out).toMatch(/ok .*a gate answers at.*\nFAIL .*answered 200, and not by a gate\n1 not as promised/);
  expect(status).toBe(1);
});

/** Three senders with schemes of their own; two have an application, keys and a list of their own too. */
async function threeSenders() {
  const applications = [
    await startPlainApplication(),
    await startPlainApplication(),
    await startPlainApplication(),
  ];
  const files = temporaryDirectory();
  writeFileSync(join(files, 'allowlist.yaml'), 'addresses: [203.0.113.7]\n');
  for (const [name, key] of [
    ['paystack', 'sk_test_0123456789'],
    ['webhooks', `whsec_${Buffer.alloc(32, 7).toString('base64')}`],
  ] as const) {
    mkdirSync(join(files, name));
    writeFileSync(join(files, name, 'live'), key);
  }
  const own = (at: number) =>
    `upstream: { url: "${applications[at]?.url}/prefix" }, allowlist: { file: ${files}/allowlist.yaml }`;
  const { configFile, allowlistFile } = await runGate(applications[0]?.url as string, {
    routes: `
  - { name: juicyway, path: /webhooks/juicyway }
  - { name: paystack, path: /webhooks/paystack, scheme: paystack, keysDirectory: ${files}/paystack, events: [charge.*], ${own(1)} }
  - { name: other, path: /webhooks/other, scheme: standard-webhooks, keysDirectory: ${files}/webhooks, ${own(2)} }`,
  });
  writeFileSync(allowlistFile, 'addresses: [203.0.113.7]\n');
  return { configFile, seen: () => applications.map(({ seen }) => seen), keys: join(files, 'webhooks') };
}

test('every route by its own scheme, whatever application and list it has; none of them sees anything', async () => {
  const { configFile, seen } = await threeSenders();
  const { status, out } = await prove(['--config', configFile]);
  for (const path of ['/webhooks/juicyway', '/webhooks/paystack', '/webhooks/other'])
    expect(out.match(new RegExp(`^ok    ${path} with key `, 'gm')), out).toHaveLength(3);
  expect(out).toContain('All as promised.');
  expect(status).toBe(0);
  expect(seen()).toEqual([[], [], []]);
});

test('--route chooses one, and --to-application then means that one', async () => {
  const { configFile, seen } = await threeSenders();
  const one = await prove(['--config', configFile, '--route', 'other']);
  expect(one.out.match(/^ok .* with key /gm)).toHaveLength(3);
  const { status } = await prove(['--config', configFile, '--route', 'paystack', '--to-application']);
  expect(status).toBe(0);
  expect(seen()).toEqual([[], ['POST /prefix/webhooks/paystack'], []]);
  const none = await prove(['--config', configFile, '--route', 'nobody']);
  expect(none.err).toContain('--route: no route nobody; expected one of juicyway, paystack, other');
  expect(none.status).toBe(2);
});

test('a key of which the gate has the public half only is said to be not tried', async () => {
  const { configFile, keys } = await threeSenders();
  const { publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  writeFileSync(join(keys, 'live'), `whpk_${raw.toString('base64')}`);
  const { status, out } = await prove(['--config', configFile, '--route', 'other']);
  expect(out).toContain('not tried: /webhooks/other with key live: the gate has the public half');
  expect(status).toBe(0);
});
