import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startInjector } from '../../src/app/inject/inject.ts';
import { startGate } from '../../src/app/serve/serve.ts';
import { StoreRefused } from '../../src/delivery/duplicate-store.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { fakeKubernetes } from '../support/fake-kubernetes.ts';
import { type Sections, writeGateFiles } from '../support/running-gate.ts';
import { writeInjectConfig } from '../support/running-injector.ts';
import { until } from '../support/until.ts';

const program = new URL('../../dist/hookgate.js', import.meta.url).pathname;

async function takenPort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const gateConfig = (sections: Sections = {}): string =>
  writeGateFiles('http://127.0.0.1:9', sections).configFile;

const injectConfig = async (sections: Readonly<Record<string, object>>): Promise<string> =>
  writeInjectConfig(await fakeKubernetes(), sections);

/** Ports that listen, files that are watched, timers that fire, threads: what keeps a process from ending. */
const held = (): string[] =>
  process
    .getActiveResourcesInfo()
    .filter((kind) => /TCPServer|FSEvent|Timeout|Worker|MessagePort/.test(kind))
    .sort();

const gateStarts: Record<string, () => Promise<Parameters<typeof startGate>>> = {
  'the admin port is taken': async () => [
    { file: gateConfig({ admin: `{ host: 127.0.0.1, port: ${await takenPort()} }` }), flags: {}, env: {} },
  ],
  'the traffic port is taken': async () => [
    { file: gateConfig({ listen: `{ host: 127.0.0.1, port: ${await takenPort()} }` }), flags: {}, env: {} },
  ],
  'the store is refused': async () => [
    { file: gateConfig(), flags: {}, env: {} },
    { openStore: () => Promise.reject(new StoreRefused('the file is open elsewhere')) },
  ],
  'something after the store fails, and so does closing the store': async () => [
    { file: gateConfig({ listen: `{ host: 127.0.0.1, port: ${await takenPort()} }` }), flags: {}, env: {} },
    {
      async openStore() {
        const store = createMemoryStore({ now: () => 0, maxKeys: 10 });
        return { ...store, close: () => Promise.reject(new Error('cannot be closed')) };
      },
    },
  ],
};

test.for(Object.entries(gateStarts))('serve: %s', async ([, prepare]) => {
  const options = await prepare();
  const before = held();
  const started = await startGate(...options);
  expect(started.kind).toBe('failed');
  // A thread that has ended is told of a moment later.
  await until(() => held().length <= before.length);
});

test.for(['listen', 'admin'])('inject: the port of %s is taken', async (section) => {
  const file = await injectConfig({ [section]: { host: '127.0.0.1', port: await takenPort() } });
  const before = held();
  const started = await startInjector(file, {});
  expect(started).toMatchObject({ kind: 'failed', sentence: expect.stringContaining('is taken') });
  await until(() => held().length <= before.length);
});

test('inject: the API server refuses its certificate', async () => {
  const file = await injectConfig({ certificates: { secret: 'not-there' } });
  const before = held();
  expect((await startInjector(file, {})).kind).toBe('failed');
  await until(() => held().length <= before.length);
});

const commands: Record<string, () => Promise<string[]>> = {
  'serve, admin': async () => [
    'serve',
    gateConfig({ admin: `{ host: 127.0.0.1, port: ${await takenPort()} }` }),
  ],
  'serve, traffic': async () => [
    'serve',
    gateConfig({ listen: `{ host: 127.0.0.1, port: ${await takenPort()} }` }),
  ],
  'serve, store': async () => [
    'serve',
    gateConfig({ duplicates: '{ embedded: { file: /proc/nowhere/events.db } }' }),
  ],
  'inject, admin': async () => [
    'inject',
    await injectConfig({ admin: { host: '127.0.0.1', port: await takenPort() } }),
  ],
  'inject, listen': async () => [
    'inject',
    await injectConfig({ listen: { host: '127.0.0.1', port: await takenPort() } }),
  ],
};

test.for(Object.entries(commands))('the command ends with 1 and a sentence: %s', async ([, prepare]) => {
  const [command = '', config = ''] = await prepare();
  const child = spawn(process.execPath, [program, command, '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  const [code] = await once(child, 'close');
  expect([code, complaint.trim().split('\n').length]).toEqual([1, 1]);
  expect(complaint).toMatch(/^hookgate: \S/);
});
