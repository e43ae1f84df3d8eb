import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { prepareGate, startGateProcess } from '../support/gate-process.ts';
import { createLoadList } from '../support/load-list.ts';

test('serve loads neither fetch, HTTP/2, TLS, compression nor what other commands need', async () => {
  const list = createLoadList();
  const env = { ...list.env, HOOKGATE_DRAIN_DELAY: '0s' };
  const gate = await startGateProcess(await prepareGate('http://127.0.0.1:1'), { env });
  gate.kill('SIGTERM');
  await once(gate, 'exit');

  const loaded = list.read();
  expect(loaded).toContain('NativeModule http');
  for (const name of [
    'internal/deps/undici/undici',
    'http2',
    'tls',
    'https',
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
    /\/(x509|open-redis-store|inject|explain|run-send|memory|check|http-proxy)-|\/program\.js/,
  );
  // Each takes its time to find, whatever is in it.
  expect(files.length).toBeLessThan(16);
  // prom-client asks for it, for exemplars that nobody writes.
  expect(files.filter((file) => readFileSync(file, 'utf8').includes('opentelemetry.js.api'))).toEqual([]);
});
