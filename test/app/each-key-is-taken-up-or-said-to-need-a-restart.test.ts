import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { leavesOf } from '../../src/config/leaves.ts';
import { hookgateYaml } from '../../src/config/schema.ts';
import type { ShapeSchema } from '../../src/config/shape-schema.ts';
import { startEventApplication } from '../support/event-application.ts';
import { spawnGate } from '../support/gate-process.ts';
import { liveKeys, scene } from '../support/live-keys.ts';
import { readMetric } from '../support/read-metric.ts';
import { requireProgram } from '../support/require-program.ts';
import { configText, type GateForTest, runGate, type Sections } from '../support/running-gate.ts';
import { testSecret } from '../support/sign-event.ts';

const leaves = leavesOf(hookgateYaml as unknown as ShapeSchema);
const files = (name: string) => `/nowhere/${name}`;
const redis = (settings: string) => ({ duplicates: `{ store: memory, redis: { ${settings} } }` });
const duplicates = (settings: string) => ({ duplicates: `{ store: memory, ${settings} }` });

/** Another value for each key that is bound at the start; `store: memory` is what they begin with. */
const restartKeys: Readonly<Record<string, Sections>> = {
  'listen.host': { listen: '{ host: "::1", port: 0 }' },
  'listen.port': { listen: '{ host: 127.0.0.1, port: 8081 }' },
  'listen.keepAlive': { listen: '{ host: 127.0.0.1, port: 0, keepAlive: 70s }' },
  'admin.host': { admin: '{ host: "::1", port: 0 }' },
  'admin.port': { admin: '{ host: 127.0.0.1, port: 9091 }' },
  'duplicates.store': { duplicates: '{ store: embedded }' },
  'duplicates.retention': duplicates('retention: 8d'),
  'duplicates.lease': duplicates('lease: 61s'),
  'duplicates.whenStoreDown': duplicates('whenStoreDown: forward'),
  'duplicates.embedded.file': duplicates('embedded: { file: /nowhere/events.db }'),
  'duplicates.redis.url': redis('url: redis://other:6379'),
  'duplicates.redis.sentinels': redis('sentinels: [a:1], master: m'),
  'duplicates.redis.master': redis('sentinels: [a:1], master: m'),
  'duplicates.redis.userFile': redis(`userFile: ${files('user')}`),
  'duplicates.redis.passwordFile': redis(`passwordFile: ${files('password')}`),
  'duplicates.redis.sentinelPasswordFile': redis(`sentinelPasswordFile: ${files('password')}`),
  'duplicates.redis.caFile': redis(`url: rediss://valkey:6379, caFile: ${files('ca')}`),
  'duplicates.redis.keyPrefix': redis('keyPrefix: other'),
  'duplicates.redis.timeout': redis('timeout: 1s'),
  'duplicates.redis.minReplicas': redis('minReplicas: 1'),
  otherPaths: { otherPaths: 'passthrough' },
  'limits.bufferedBytes': { limits: '{ bufferedBytes: 65MiB }' },
  'limits.headerBytes': { limits: '{ headerBytes: 64KiB }' },
  'limits.headerTime': { limits: '{ headerTime: 9s }' },
  'limits.connections': { limits: '{ connections: 9999 }' },
  'limits.connectionsPerPeer': { limits: '{ connectionsPerPeer: 999 }' },
  'limits.inFlight': { limits: '{ inFlight: 999 }' },
  'drain.socket': { drain: '{ delay: 0s, socket: /nowhere/stop }' },
  // Live, but not across this one value.
  'clientAddress.from': { clientAddress: '{ from: proxyProtocol, trustedProxies: [127.0.0.1] }' },
};

/** Told apart by the tests below, since they take more than a request. */
const ownTests = ['drain.delay', 'log.level'];
/** What a route has of its own is told apart in a-reload-is-per-route.test.ts and in test/schemes. */
const ofRoutes =
  /^routes\[\]\.(scheme|keysDirectory|allowlist|checksum|upstream|retention|repeatable)|^upstream\.signing/;

test('each key of the file is in one of these tables', () => {
  const named = (reload: string) =>
    leaves
      .filter(({ key, schema }) => schema['x-reload'] === reload && !ofRoutes.test(key))
      .map(({ key }) => key);
  expect([...Object.keys(liveKeys), ...ownTests].sort()).toEqual(named('live').sort());
  expect(
    Object.keys(restartKeys)
      .filter((key) => key !== 'clientAddress.from')
      .sort(),
  ).toEqual(named('restart').sort());
});

test('a reload that changes what is bound at the start changes nothing and names the key', async () => {
  const { application } = await scene();
  const base = duplicates('retention: 7d');
  const gate = await runGate(application.url, base);

  for (const [key, sections] of Object.entries(restartKeys)) {
    await reloadWith(gate, application.url, { ...base, ...sections });
    const problems = await reloadProblems(gate);
    expect(problems, key).toHaveLength(1);
    const [named, others] = problems[0]?.split(': changed, which takes a restart') ?? [];
    expect(others, key).toBe('; nothing of the change is in force');
    expect(named?.replace(`${gate.configFile}: `, '').split(', '), key).toContain(key);
  }
  await reloadWith(gate, application.url, base);
  expect(await reloadProblems(gate)).toEqual([]);
});

test.skipIf(requireProgram('openssl') === undefined).each(Object.keys(liveKeys))(
  'a reload takes up %s',
  async (key) => {
    const place = await scene();
    const { before, after, look, seen } = (await liveKeys[key]?.(place)) ?? expect.unreachable();
    const gate = await runGate(place.application.url, before);

    expect(await look(gate)).toEqual(seen[0]);
    await reloadWith(gate, place.application.url, after);
    expect(await reloadProblems(gate)).toEqual([]);
    expect(await look(gate)).toEqual(seen[1]);
  },
);

test('a reload takes up drain.delay', async () => {
  const { application } = await scene();
  const gate = await runGate(application.url, { drain: '{ delay: 1h }' });
  await reloadWith(gate, application.url, { drain: '{ delay: 0s }' });
  await gate.gate.stop();
});

test('a reload takes up log.level', async () => {
  const { directory } = await scene();
  const application = await startEventApplication();
  const [keysDirectory, allowlistFile] = [join(directory, 'keys'), join(directory, 'allowlist.yaml')];
  const file = join(directory, 'hookgate.yaml');
  const write = (level: string): void =>
    writeFileSync(
      file,
      configText(
        { directory, upstreamUrl: application.url, keysDirectory, allowlistFile },
        { log: `{ level: ${level} }` },
      ),
    );
  mkdirSync(keysDirectory);
  writeFileSync(join(keysDirectory, 'primary'), testSecret);
  writeFileSync(allowlistFile, 'addresses: [127.0.0.1]\n');
  write('info');
  const gate = spawnGate({ port: 0, adminPort: 0, flags: ['--config', file] }, { stdout: 'pipe' });
  const said: string[] = [];
  const ready = new Promise<{ admin: { port: number } }>((resolve) => {
    createInterface(gate.stdout as Readable).on('line', (text) => {
      const line = JSON.parse(text);
      said.push(line.msg);
      if (line.msg === 'ready') resolve(line);
    });
  });

  const { admin } = await ready;
  write('error');
  const reloads = 'hookgate_config_reloads_total{result="success"}';
  const adminUrl = `http://127.0.0.1:${admin.port}`;
  await vi.waitFor(async () => expect(await readMetric(adminUrl, reloads)).toBe(1), { timeout: 15_000 });
  gate.kill('SIGTERM');
  await once(gate, 'close');
  // Neither `reloaded` nor what is said at the end.
  expect(said.at(-1)).toBe('ready');
});

async function reloadWith(gate: GateForTest, upstreamUrl: string, sections: Sections): Promise<void> {
  writeFileSync(gate.configFile, configText({ ...gate, upstreamUrl }, sections));
  await gate.gate.reload();
}

async function reloadProblems({ adminUrl }: GateForTest): Promise<readonly string[]> {
  const status = (await (await fetch(`${adminUrl}/status`)).json()) as {
    config: { lastFailure?: { problems: string[] } | null };
  };
  return status.config.lastFailure?.problems ?? [];
}
