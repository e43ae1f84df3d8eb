import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startPlainApplication } from '../support/plain-application.ts';
import { runGate } from '../support/running-gate.ts';

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

test('a route with an upstream of its own is not tried, so that its application sees nothing', async () => {
  const [application, other] = [await startPlainApplication(), await startPlainApplication()];
  const { configFile } = await runGate(application.url, {
    routes: `
  - { name: juicyway, path: /webhooks/juicyway }
  - { name: other, path: /webhooks/other, upstream: { url: "${other.url}" } }`,
  });
  const { status, out } = await prove(['--config', configFile]);
  expect(out).toContain('not tried: /webhooks/other: it has an upstream of its own');
  expect(out.match(/^ok /gm)).toHaveLength(3);
  expect(status).toBe(0);
  expect([...application.seen, ...other.seen]).toEqual([]);
});
