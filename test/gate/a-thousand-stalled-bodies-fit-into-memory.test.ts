import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { prepareGate, startGateProcess } from '../support/gate-process.ts';
import { postEvent } from '../support/post-event.ts';
import { signedEvent } from '../support/sign-event.ts';
import { until } from '../support/until.ts';

const MiB = 1024 ** 2;
const bodyBytes = 255 * 1024;
/** The default of `limits.bufferedBytes`. */
const bufferedBytes = 64 * MiB;
/** A thousand sockets, Node's buffers for them, and garbage that awaits its collection. */
const slackBytes = 64 * MiB;

const residentBytes = (pid: number) =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;

/** Sends 255 KiB of a body of 256 from an address that is on no list, and no more. */
function stall(port: number, framing: 'length' | 'chunked'): Promise<Socket> {
  const head = 'POST /webhooks/juicyway HTTP/1.1\r\nHost: gate.test\r\nContent-Type: application/json\r\n';
  const body = ' '.repeat(bodyBytes);
  const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  return new Promise((resolve) => {
    const text =
      framing === 'length'
        ? `${head}Content-Length: ${256 * 1024}\r\n\r\n${body}`
        : `${head}Transfer-Encoding: chunked\r\n\r\n${(256 * 1024).toString(16)}\r\n${body}`;
    socket.write(text, () => resolve(socket));
    socket.once('close', () => resolve(socket));
  });
}

describe.each(['length', 'chunked'] as const)(
  'a thousand bodies of 255 KiB, by %s, that stall',
  (framing) => {
    test.each(['observe', 'off'])('allowlist.mode %s: the process stays below its bound', async (mode) => {
      const application = await startEventApplication();
      const places = await prepareGate(application.url);
      const gate = await startGateProcess(places, {
        env: { HOOKGATE_ALLOWLIST_MODE: mode, HOOKGATE_LIMITS_BODY_TIME: '1h' },
      });
      const url = `http://127.0.0.1:${places.port}/webhooks/juicyway`;
      const before = residentBytes(gate.pid ?? 0);

      let most = 0;
      let refused = 0;
      const stalled: Promise<Socket>[] = [];
      for (let index = 0; index < 1000; index++) {
        stalled.push(
          stall(places.port, framing).then((socket) => {
            socket.on('data', (answer) => {
              if (String(answer).includes('"overloaded"')) refused += 1;
            });
            return socket;
          }),
        );
        if (index % 50 === 0) {
          most = Math.max(most, residentBytes(gate.pid ?? 0));
          // A listed sender gets through meanwhile, whatever the strangers hold.
          const { status } = await postEvent(url, signedEvent('payment.a', { index }));
          expect(status).toBe(200);
        }
      }
      await Promise.all(stalled);
      await until(() => refused > 500);
      const { status } = await postEvent(url, signedEvent('payment.a', { index: 'last' }));
      expect(status).toBe(200);
      most = Math.max(most, residentBytes(gate.pid ?? 0));
      expect((most - before) / MiB).toBeLessThan((bufferedBytes + slackBytes) / MiB);
    });
  },
);
