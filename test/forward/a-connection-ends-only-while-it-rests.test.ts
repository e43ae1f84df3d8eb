import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ConnectionPool } from '../../src/forward/connection-pool.ts';
import { createDial } from '../../src/forward/dial.ts';
import type { UpstreamExchange } from '../../src/forward/upstream-connection.ts';
import { answer200, type Script, startScriptedApplication } from '../support/scripted-application.ts';
import { anEvent, testUpstream } from '../support/test-upstream.ts';

const keepAliveMs = 200;

/** Answers once nothing has come or gone for three times as long as a connection may rest. */
const answerLate: Script = (socket, request) => {
  socket.setTimeout(3 * keepAliveMs, () => {
    socket.setTimeout(0);
    answer200(socket, request);
  });
};

test('an application may think for longer than its connection may rest, also on a kept one', async () => {
  let used: Socket | undefined;
  const application = await startScriptedApplication((socket, request) => {
    used = socket;
    answer200(socket, request);
  });
  const upstream = testUpstream(application.url, { connections: 1, keepAliveMs });
  expect(await upstream.send(anEvent('first'))).toMatchObject({ kind: 'answered', status: 200 });

  application.play((socket, request) => {
    used = socket;
    answerLate(socket, request);
  });
  expect(await upstream.send(anEvent('late'))).toMatchObject({ kind: 'answered', status: 200 });

  // It rested in between, and rests now: that ends it, though its timer ran out once while it was at work.
  await once(used as unknown as Socket, 'close');
});

test('a connection whose answer was read late, for a slow client, still ends once it has rested', async () => {
  const application = await startScriptedApplication();
  const dial = createDial({ url: application.url, addresses: [], connectTimeoutMs: 1_000 });
  const pool = new ConnectionPool({ dial, connections: 1, keepAliveMs, timeoutMs: 2_000 });
  onTestFinished(() => pool.close());
  await new Promise<void>((answered) => pool.add(asked({ answered })));

  let used: Socket | undefined;
  application.play((socket) => {
    used = socket;
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab');
  });
  await new Promise<void>((answered) => {
    pool.add(
      asked({
        answered,
        onContent(socket, content) {
          if (content.toString() !== 'ab') return;
          socket.pause();
          used?.write('cd');
          // The rest of the answer lies in the stream when the timer runs out, so that no read begins it again.
          socket.once('timeout', () => socket.resume());
        },
      }),
    );
  });
  await once(used as unknown as Socket, 'close');
  expect(application.connections()).toBe(1);
});

interface Asked {
  readonly answered: () => void;
  readonly onContent?: (socket: Socket, content: Buffer) => void;
}

function asked({ answered, onContent }: Asked): UpstreamExchange {
  let used: Socket | undefined;
  return {
    method: 'GET',
    isSettled: false,
    begin(socket) {
      used = socket;
      return true;
    },
    write: (socket, _connection, done) => void socket.write('GET / HTTP/1.1\r\n\r\n', done),
    takeHead() {},
    takeContent: (content) => onContent?.(used as Socket, content),
    end: answered,
    fail(cause) {
      throw cause;
    },
  };
}
