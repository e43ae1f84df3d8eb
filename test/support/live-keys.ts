import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { onTestFinished } from 'vitest';
import { type EventApplication, startEventApplication } from './event-application.ts';
import { openRaw } from './raw-http.ts';
import type { GateForTest, Sections } from './running-gate.ts';
import { selfSignedCertificate } from './self-signed-certificate.ts';
import { signedEvent } from './sign-event.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export interface Scene {
  readonly application: EventApplication;
  /** A directory for further files. */
  readonly directory: string;
}

/** How it is seen that a reload has taken up one key. */
export interface LiveKey {
  readonly before: Sections;
  readonly after: Sections;
  /** What the gate does; told apart before and after. */
  readonly look: (gate: GateForTest) => Promise<unknown>;
  readonly seen: readonly [before: unknown, after: unknown];
}

let number = 0;
const fresh = (): Buffer => signedEvent('payment.a', { n: ++number });
const outcome = async (gate: GateForTest, body = fresh(), headers: Record<string, string> = {}) => {
  const { code, status } = await gate.post(body, headers);
  return code ?? status;
};
const statusOf = (gate: GateForTest) => outcome(gate);

/** Each key that is taken up by a reload, with two values and what tells them apart. */
export const liveKeys: Readonly<Record<string, (scene: Scene) => LiveKey | Promise<LiveKey>>> = {
  'listen.tls.certFile': twoCertificates,
  'listen.tls.keyFile': twoCertificates,
  'listen.tls.minVersion': ({ directory }) => {
    const files = certificateIn(directory, 'tls');
    const listen = (version: string) => ({
      listen: `{ host: 127.0.0.1, port: 0, tls: { ${files}, minVersion: ${version} } }`,
    });
    return {
      before: listen('TLSv1.2'),
      after: listen('TLSv1.3'),
      look: ({ port }) => handshake(port, 'TLSv1.2').then(Boolean),
      seen: [true, false],
    };
  },
  'admin.hosts': () => ({
    before: {},
    after: { admin: '{ host: 127.0.0.1, port: 0, hosts: [gate.internal] }' },
    look: ({ adminUrl }) => statusUnderHost(`${adminUrl}/overview`, 'gate.internal'),
    seen: [403, 200],
  }),
  'upstream.url': async () => {
    const other = await startEventApplication();
    return {
      before: {},
      after: { upstream: `{ url: "${other.url}" }` },
      look: async (gate) => [await statusOf(gate), other.events.length],
      seen: [
        [200, 0],
        [200, 1],
      ],
    };
  },
  'upstream.addresses': ({ application }) => {
    const url = application.url.replace('127.0.0.1', 'app.invalid');
    const at = (address: string) => ({ upstream: `{ url: "${url}", addresses: [${address}] }` });
    return {
      before: at('127.0.0.2'),
      after: at('127.0.0.1'),
      look: statusOf,
      seen: ['upstream_unreachable', 200],
    };
  },
  'upstream.keepAlive': ({ application }) => {
    // With it the application would say how long a connection may rest, and this key is for those that do not.
    application.server.keepAliveTimeout = 0;
    let tellClosed = (_closed: boolean): void => {};
    application.server.on('connection', (socket) => socket.once('close', () => tellClosed(true)));
    return {
      before: { upstream: 'UPSTREAM, keepAlive: 1h }' },
      after: { upstream: 'UPSTREAM, keepAlive: 1ms }' },
      async look(gate) {
        const closed = new Promise<boolean>((resolve) => {
          tellClosed = resolve;
        });
        await statusOf(gate);
        return Promise.race([closed, sleep(2000, false)]);
      },
      seen: [false, true],
    };
  },
  'upstream.caFile': async ({ directory }) => {
    const [right, wrong] = [selfSignedCertificate(['IP:127.0.0.1']), selfSignedCertificate(['IP:127.0.0.1'])];
    writeFileSync(join(directory, 'right.pem'), right?.cert ?? '');
    writeFileSync(join(directory, 'wrong.pem'), wrong?.cert ?? '');
    const server = createHttpsServer({ ...right }, (_request, response) => response.end());
    const url = `https://127.0.0.1:${await portOf(server)}`;
    const trust = (file: string) => ({ upstream: `{ url: "${url}", caFile: ${join(directory, file)} }` });
    return {
      before: trust('wrong.pem'),
      after: trust('right.pem'),
      look: statusOf,
      seen: ['upstream_unreachable', 200],
    };
  },
  'upstream.connectTimeout': async () => {
    // It takes connections and never answers the handshake of TLS, which belongs to connecting.
    const url = `https://127.0.0.1:${await portOf(createTcpServer((socket) => socket.on('error', () => {})))}`;
    const wait = (connectTimeout: string) => ({
      upstream: `{ url: "${url}", timeout: 1s, connectTimeout: ${connectTimeout} }`,
    });
    return {
      before: wait('30s'),
      after: wait('50ms'),
      look: statusOf,
      seen: ['upstream_timeout', 'upstream_unreachable'],
    };
  },
  'upstream.timeout': ({ application }) => {
    application.answer = (response) => void sleep(300).then(() => response.end());
    return {
      before: { upstream: 'UPSTREAM, timeout: 25s }' },
      after: { upstream: 'UPSTREAM, timeout: 50ms }' },
      look: statusOf,
      seen: [200, 'upstream_timeout'],
    };
  },
  'upstream.connections': async () => {
    let [open, most] = [0, 0];
    const server = createServer((_request, response) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open -= 1;
        response.end();
      }, 200);
    });
    const url = `http://127.0.0.1:${await portOf(server)}`;
    return {
      before: { upstream: `{ url: "${url}", connections: 1 }` },
      after: { upstream: `{ url: "${url}", connections: 2 }` },
      async look(gate) {
        most = 0;
        await Promise.all([statusOf(gate), statusOf(gate)]);
        return most;
      },
      seen: [1, 2],
    };
  },
  'clientAddress.from': () => ({
    before: { clientAddress: '{ from: peer, trustedProxies: [127.0.0.1] }' },
    after: { clientAddress: '{ from: forwarded, trustedProxies: [127.0.0.1] }' },
    look: (gate) => outcome(gate, fresh(), { 'x-forwarded-for': '203.0.113.9' }),
    seen: [200, 'address_not_allowed'],
  }),
  'clientAddress.trustedProxies': () => ({
    before: { clientAddress: '{ from: forwarded, trustedProxies: [10.0.0.1] }' },
    after: { clientAddress: '{ from: forwarded, trustedProxies: [127.0.0.1] }' },
    look: (gate) => outcome(gate, fresh(), { 'x-forwarded-for': '203.0.113.9' }),
    seen: [200, 'address_not_allowed'],
  }),
  'allowlist.mode': ({ directory }) => {
    const file = allowlistIn(directory, '203.0.113.1');
    return {
      before: { allowlist: `{ file: ${file}, mode: enforce }` },
      after: { allowlist: `{ file: ${file}, mode: observe }` },
      look: statusOf,
      seen: ['address_not_allowed', 200],
    };
  },
  'allowlist.file': ({ directory }) => ({
    before: {},
    after: { allowlist: `{ file: ${allowlistIn(directory, '203.0.113.1')} }` },
    look: statusOf,
    seen: [200, 'address_not_allowed'],
  }),
  'checksum.mode': () => ({
    before: {},
    after: { checksum: '{ keysDirectory: KEYS_DIRECTORY, mode: observe }' },
    look: (gate) => outcome(gate, signedEvent('payment.a', {}, { secret: Buffer.from('another') })),
    seen: ['checksum_mismatch', 200],
  }),
  'checksum.keysDirectory': ({ directory }) => {
    mkdirSync(join(directory, 'others'));
    writeFileSync(join(directory, 'others', 'other'), 'another');
    return {
      before: {},
      after: { checksum: `{ keysDirectory: ${join(directory, 'others')} }` },
      look: statusOf,
      seen: [200, 'checksum_mismatch'],
    };
  },
  'checksum.encodings': () => ({
    before: { checksum: '{ keysDirectory: KEYS_DIRECTORY, encodings: [received] }' },
    after: { checksum: '{ keysDirectory: KEYS_DIRECTORY, encodings: [sorted] }' },
    look: (gate) =>
      outcome(gate, signedEvent('payment.a', `{"b":1,"a":${++number}}`, { encoding: 'sorted' })),
    seen: ['checksum_mismatch', 200],
  }),
  'routes[].name': () => ({
    before: {},
    after: { routes: '[{ name: other, path: /webhooks/juicyway }]' },
    async look(gate) {
      await statusOf(gate);
      return gate.metric('hookgate_deliveries_total{route="other",outcome="forwarded"}').catch(() => 0);
    },
    seen: [0, 1],
  }),
  'routes[].path': () => ({
    before: {},
    after: { routes: '[{ name: juicyway, path: /elsewhere }]' },
    look: statusOf,
    seen: [200, 'unknown_path'],
  }),
  'routes[].events': ({ application }) => ({
    before: {},
    after: { routes: '[{ name: juicyway, path: /webhooks/juicyway, events: [refund.*] }]' },
    async look(gate) {
      application.events.length = 0;
      return [await statusOf(gate), application.events.length];
    },
    seen: [
      [200, 1],
      [200, 0],
    ],
  }),
  'routes[].unsignedFields': () => ({
    before: {},
    after: { routes: '[{ name: juicyway, path: /webhooks/juicyway, unsignedFields: reject }]' },
    look: (gate) => outcome(gate, Buffer.from(`${fresh().toString().slice(0, -1)},"more":1}`)),
    seen: [200, 'unsigned_fields'],
  }),
  denyPaths: ({ application }) => {
    application.answer = (response) => void response.end();
    return {
      before: { otherPaths: 'passthrough' },
      after: { otherPaths: 'passthrough', denyPaths: '[/internal]' },
      look: async ({ port }) => (await fetch(`http://127.0.0.1:${port}/internal/x`)).status,
      seen: [200, 404],
    };
  },
  'limits.streamIdle': ({ application }) => {
    application.answer = (response) => void response.write('begun');
    return idle('streamIdle', 'GET /stream HTTP/1.1\r\nHost: a\r\n\r\n');
  },
  'limits.uploadIdle': () =>
    idle('uploadIdle', 'POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nbegun'),
  'limits.body': () => ({
    before: {},
    after: { limits: '{ body: 20B }' },
    look: statusOf,
    seen: [200, 'body_too_large'],
  }),
  'limits.headers': () => ({
    before: {},
    after: { limits: '{ headers: 4 }' },
    look: statusOf,
    seen: [200, 'headers_too_large'],
  }),
  'limits.bodyTime': () => ({
    before: {},
    after: { limits: '{ bodyTime: 50ms }' },
    async look({ port }) {
      const body = fresh();
      const client = await openRaw(port);
      client.send(
        `POST /webhooks/juicyway HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
      );
      await sleep(300);
      client.send(body);
      return client.answers(1);
    },
    seen: [[200], [408]],
  }),
  'limits.waiters': ({ application }) => ({
    before: {},
    after: { limits: '{ waiters: 0 }' },
    async look(gate) {
      const arrived = application.events.length + 1;
      let answerFirst = (): void => {};
      application.answer = (response) => {
        answerFirst = () => void response.end();
      };
      const body = fresh();
      const first = outcome(gate, body);
      await application.arrived(arrived);
      const second = outcome(gate, body);
      const hasWaited = await Promise.race([second.then(() => false), sleep(300, true)]);
      answerFirst();
      await Promise.all([first, second]);
      return hasWaited;
    },
    seen: [true, false],
  }),
};

/** A passed request of which one side falls silent: cut by the short limit, left alone by the long one. */
function idle(key: string, head: string): LiveKey {
  // With the short limit it ends, on a busy machine a while later.
  const patienceMs = [1500, 20_000].values();
  return {
    before: { otherPaths: 'passthrough', limits: `{ ${key}: 1h }` },
    after: { otherPaths: 'passthrough', limits: `{ ${key}: 100ms }` },
    async look({ port }) {
      const client = await openRaw(port);
      client.send(head);
      return Promise.race([
        client.closing().then(() => 'ended'),
        client
          .answers(1)
          .then(
            () => 'answered',
            () => 'ended',
          )
          .then((how) =>
            how === 'ended' || key === 'uploadIdle' ? 'ended' : sleep(60_000, 'open', { ref: false }),
          ),
        sleep(patienceMs.next().value, 'open', { ref: false }),
      ]);
    },
    seen: ['open', 'ended'],
  };
}

async function twoCertificates({ directory }: Scene): Promise<LiveKey> {
  const serials: unknown[] = [];
  const listen = (name: string) => ({
    listen: `{ host: 127.0.0.1, port: 0, tls: { ${certificateIn(directory, name)} } }`,
  });
  return {
    before: listen('first'),
    after: listen('second'),
    async look({ port }) {
      serials.push(await handshake(port, 'TLSv1.3'));
      return new Set(serials).size;
    },
    seen: [1, 2],
  };
}

function certificateIn(directory: string, name: string): string {
  const { cert = '', key = '' } = selfSignedCertificate(['IP:127.0.0.1']) ?? {};
  const files = { certFile: join(directory, `${name}.crt`), keyFile: join(directory, `${name}.key`) };
  writeFileSync(files.certFile, cert);
  writeFileSync(files.keyFile, key);
  return `certFile: ${files.certFile}, keyFile: ${files.keyFile}`;
}

/** The serial number of the certificate that is served; undefined where there is no common version. */
function handshake(port: number, maxVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, maxVersion });
    socket.once('error', () => resolve(undefined));
    socket.once('secureConnect', () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
  });
}

function allowlistIn(directory: string, address: string): string {
  const file = join(directory, 'other-allowlist.yaml');
  writeFileSync(file, `addresses: ["${address}"]\n`);
  return file;
}

async function portOf(server: Server | ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

export const scene = async (): Promise<Scene> => ({
  application: await startEventApplication(),
  directory: temporaryDirectory(),
});

/** Status of a page of the admin port for a request that names this host. */
function statusUnderHost(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}
