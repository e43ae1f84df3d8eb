import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const passthrough = fileURLToPath(new URL('../../src/forward/passthrough.ts', import.meta.url));

/** What Node warns of when a process uses the passthrough and then does `also`. */
function warningsOf(also: string): string {
  const script = `
    const { createPassthrough } = await import(${JSON.stringify(passthrough)});
    const http = await import('node:http');
    const passthrough = createPassthrough({
      url: new URL('http://127.0.0.1:9'), addresses: [], keepAliveMs: 1500, connectTimeoutMs: 1000,
      isPassedThrough: () => true, isTrustedProxy: () => false, isDraining: () => false, onAnswered() {},
      onFailed: (delivery, rejection, to) => to.end(),
    });
    const server = http.createServer((request, response) => passthrough.request(request, response, {
      requestId: 'x', peer: { address: '127.0.0.1' }, head: { secure: false },
    }));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    await (await fetch('http://127.0.0.1:' + server.address().port + '/a?b')).text();
    server.close();
    server.closeAllConnections();
    ${also}`;
  const done = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
  expect(done.status).toBe(0);
  return done.stderr;
}

test('http-proxy, which calls util._extend, prints no deprecation warning', () => {
  expect(warningsOf('')).toBe('');
});

test('other deprecations are still printed', () => {
  expect(warningsOf('new Buffer(1);')).toContain('DEP0005');
});
