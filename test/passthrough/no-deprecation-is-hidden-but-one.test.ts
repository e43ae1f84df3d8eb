import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { modulesForLibraries } from '../../scripts/modules-for-libraries.ts';

const passthrough = fileURLToPath(new URL('../../src/forward/passthrough.ts', import.meta.url));

/** What Node warns of when a process uses the passthrough, bundled so, and then does `also`. */
async function warningsOf(also: string, plugins = [modulesForLibraries]): Promise<string> {
  const contents = `
    import { createPassthrough } from ${JSON.stringify(passthrough)};
    import http from 'node:http';
    run();
    async function run() {
    const passthrough = createPassthrough({
      url: new URL('http://127.0.0.1:9'), addresses: [], keepAliveMs: 1500, uploadIdleMs: 60000, streamIdleMs: 60000, connectTimeoutMs: 1000,
      isPassedThrough: () => true, isTrustedProxy: () => false, isDraining: () => false, onAnswered() {},
      standstill: { isFull: () => false, stand() {}, goOn() {}, watch() {} },
    });
    const server = http.createServer();
    server.on('upgrade', (request, socket, head) => passthrough.upgrade(request, socket, head, {
      requestId: 'x', peer: { address: '127.0.0.1' }, head: { secure: false },
    }).then(() => socket.end()));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket' };
    const client = http.get({ port: server.address().port, path: '/a?b', headers });
    await new Promise((resolve) => client.once('close', resolve).on('error', () => {}));
    server.close();
    ${also}
    }`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    write: false,
    plugins,
    logLevel: 'error',
  });
  const input = outputFiles[0]?.text ?? '';
  const done = spawnSync(process.execPath, ['-'], { encoding: 'utf8', input });
  expect(done.status).toBe(0);
  return done.stderr;
}

test('http-proxy, which calls util._extend, prints no deprecation warning', async () => {
  expect(await warningsOf('')).toBe('');
});

test('other deprecations are still printed', async () => {
  expect(await warningsOf('new Buffer(1);')).toContain('DEP0005');
});

// When this fails, http-proxy has mended it, and needs no module of its own any more.
test('with the module that Node has it would be printed', async () => {
  expect(await warningsOf('', [])).toContain('DEP0060');
});
