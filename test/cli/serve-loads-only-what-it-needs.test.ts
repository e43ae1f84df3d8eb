import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prepareGate, startGateProcess } from '../support/gate-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('serve loads neither fetch, HTTP/2, compression nor what other commands need', async () => {
  const directory = temporaryDirectory();
  const plant = join(directory, 'plant.cjs');
  const list = join(directory, 'loaded.json');
  writeFileSync(
    plant,
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(list)},
      JSON.stringify([...process.moduleLoadList, ...Object.keys(require.cache)])));`,
  );
  const env = { NODE_OPTIONS: `--require=${plant}`, HOOKGATE_DRAIN_DELAY: '0s' };
  const gate = await startGateProcess(await prepareGate('http://127.0.0.1:1'), { env });
  gate.kill('SIGTERM');
  await once(gate, 'exit');

  const loaded = JSON.parse(readFileSync(list, 'utf8')) as string[];
  expect(loaded).toContain('NativeModule http');
  for (const name of [
    'internal/deps/undici/undici',
    'http2',
    'zlib',
    'assert',
    'readline',
    'internal/crypto/webcrypto',
  ]) {
    expect(loaded).not.toContain(`NativeModule ${name}`);
  }
  const files = loaded.filter((name) => name.includes('/dist/'));
  expect(files.join(' ')).toMatch(/\/serve-/);
  expect(files.join(' ')).not.toMatch(
    /\/(x509|open-redis-store|inject|explain|run-send|memory|check|http-proxy)-/,
  );
  // prom-client asks for it, for exemplars that nobody writes.
  expect(files.filter((file) => readFileSync(file, 'utf8').includes('opentelemetry.js.api'))).toEqual([]);
});
