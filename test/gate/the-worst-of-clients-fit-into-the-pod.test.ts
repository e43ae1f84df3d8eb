import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { readImageSettings } from '../../scripts/image-settings.ts';
import { prepareGate, startGateProcess } from '../support/gate-process.ts';
import { startPlainApplication } from '../support/plain-application.ts';
import { postEvent } from '../support/post-event.ts';
import { signedEvent } from '../support/sign-event.ts';
import { until } from '../support/until.ts';

const MiB = 1024 ** 2;
/** `resources.limits.memory` of the chart. */
const podBytes = 256 * MiB;
/** `limits.connections` of the chart, but for those of the sender. */
const connections = 1000;
const clients = connections - 20;

const head = (first: string): string => `${first} HTTP/1.1\r\nHost: gate.test\r\n`;
const webSocket = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n';
const event = `${head('POST /webhooks/juicyway')}Content-Type: application/json\r\n`;

/** What takes the most for the least, each without ever going on or reading an answer. */
const attacks: readonly string[] = [
  // A head of 16 KiB that is never whole, and the most lines that one may have.
  `${head('GET /x')}X: ${'y'.repeat(16_000)}`,
  head('GET /x') + Array.from({ length: 90 }, (_, index) => `x${index}: ${'y'.repeat(160)}\r\n`).join(''),
  // An answer without end, an upload that nobody takes, and both over a tunnel.
  `${head('GET /endless')}\r\n`,
  `${head('POST /never')}Content-Length: 100000000\r\n\r\n${'x'.repeat(2_000_000)}`,
  head('GET /endless-socket') + webSocket,
  head('GET /deaf-socket') + webSocket + 'x'.repeat(2_000_000),
  // Heads, and bodies, behind a request that is not answered.
  `${head('GET /never')}\r\n${`${head('GET /never')}${'a:b\r\n'.repeat(90)}\r\n`.repeat(100)}`,
  `${head('GET /never')}\r\n` + `${head('POST /never')}Content-Length: 200000\r\n\r\n${'x'.repeat(190_000)}`,
  // An event's body that stalls.
  `${event}Content-Length: 262144\r\n\r\n${' '.repeat(255 * 1024)}`,
];

test('a thousand connections, each with the worst that a client can do, stay below the memory limit of the pod', async () => {
  const application = await startPlainApplication((request, response) => {
    if (request.url === '/endless') pour(response);
    else if (request.url === '/webhooks/juicyway') request.resume().on('end', () => response.end());
  });
  application.server.on('upgrade', ({ url }, socket) => {
    socket.on('error', () => {});
    socket.write('HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    if (url === '/endless-socket') pour(socket);
    else socket.pause();
  });
  const places = await prepareGate(application.url);
  const gate = await startGateProcess(places, {
    env: {
      ...environmentOfTheImage(),
      HOOKGATE_ALLOWLIST_MODE: 'observe',
      HOOKGATE_OTHER_PATHS: 'passthrough',
      HOOKGATE_LIMITS_CONNECTIONS: String(connections),
      HOOKGATE_LIMITS_BODY_TIME: '1h',
      HOOKGATE_LIMITS_HEADER_TIME: '1h',
    },
  });
  const url = `http://127.0.0.1:${places.port}/webhooks/juicyway`;
  let most = 0;
  let written = 0;
  for (let index = 0; index < clients; index++) {
    const socket = connect({
      port: places.port,
      host: '127.0.0.1',
      localAddress: `127.0.0.${2 + (index % 9)}`,
    });
    onTestFinished(() => void socket.destroy());
    attack(socket, attacks[index % attacks.length] ?? '', () => {
      written += 1;
    });
    if (index % 50 !== 0) continue;
    // A listed sender gets through, whatever the strangers do.
    expect((await postEvent(url, signedEvent('payment.a', { index }))).status).toBe(200);
    most = Math.max(most, residentBytes(gate.pid ?? 0));
  }
  await until(() => written === clients);
  for (let index = 0; index < 200; index++) {
    expect((await postEvent(url, signedEvent('payment.b', { index }))).status).toBe(200);
    most = Math.max(most, residentBytes(gate.pid ?? 0));
  }

  expect(most / MiB).toBeLessThan(podBytes / MiB);
});

test.for(['traffic', 'admin'] as const)(
  'hundreds of connections to the %s port, each with thousands of requests in one piece, stay below it as well',
  async (kind) => {
    const application = await startPlainApplication((request, response) => {
      if (request.url === '/webhooks/juicyway') request.resume().on('end', () => response.end());
    });
    const places = await prepareGate(application.url);
    const gate = await startGateProcess(places, {
      env: {
        ...environmentOfTheImage(),
        HOOKGATE_OTHER_PATHS: 'passthrough',
        HOOKGATE_LIMITS_CONNECTIONS: String(connections),
      },
    });
    const port = kind === 'admin' ? places.adminPort : places.port;
    const sockets = Array.from({ length: 120 }, (_, index) =>
      connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${2 + (index % 9)}` }),
    );
    let closed = 0;
    for (const socket of sockets) {
      onTestFinished(() => void socket.destroy());
      socket.on('error', () => {});
      socket.once('close', () => {
        closed += 1;
      });
    }
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    const requests = Buffer.from(`${head('GET /livez')}\r\n`.repeat(1500));
    for (const socket of sockets) socket.resume().write(requests);

    let most = 0;
    // A few have room on the traffic port, and wait for their answer.
    const url = `http://127.0.0.1:${places.port}/webhooks/juicyway`;
    for (let index = 0; closed < sockets.length - 20; index++) {
      expect((await postEvent(url, signedEvent('payment.a', { index }))).status).toBe(200);
      most = Math.max(most, residentBytes(gate.pid ?? 0));
    }

    expect(most / MiB).toBeLessThan(podBytes / MiB);
  },
);

/** Writes for as long as somebody takes it. */
function pour(to: ServerResponse | Duplex): void {
  to.on('error', () => {});
  const piece = Buffer.alloc(MiB);
  const go = (): void => {
    while (!to.destroyed && to.write(piece));
    to.once('drain', go);
  };
  go();
}

/** Sends `text` without ever reading. `onWritten` once the system has begun to take it, or the gate has closed. */
function attack(socket: Socket, text: string, onWritten: () => void): void {
  socket.on('error', () => {});
  let isTold = false;
  const tell = (): void => {
    if (!isTold) onWritten();
    isTold = true;
  };
  socket.once('close', tell);
  socket.once('connect', () => {
    socket.write(text.slice(0, 1000), tell);
    socket.write(text.slice(1000));
  });
}

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

/** What the image sets for the process: its variables, and Node's flags as a variable. */
function environmentOfTheImage(): Record<string, string> {
  const { variables, flags } = readImageSettings();
  return {
    ...Object.fromEntries(variables.map((pair) => pair.split(/=(.*)/s).slice(0, 2))),
    NODE_OPTIONS: flags.join(' '),
  };
}
