import { describe, expect, test } from 'vitest';
import { answer200, type Script, startScriptedApplication } from '../support/scripted-application.ts';
import { anEvent, testUpstream } from '../support/test-upstream.ts';

const ok = 'HTTP/1.1 200 OK\r\n';

/** Ways in which an application can fail after it was handed an event. Each may have run it: `broken`. */
const breaches: Record<string, Script> = {
  'an empty reply': (socket) => socket.end(),
  'a reset instead of a reply': (socket) => socket.resetAndDestroy(),
  'half a status line': (socket) => socket.end('HTTP/1.1 20'),
  'half a head': (socket) => socket.end(`${ok}Content-Length: 2\r\nX-A`),
  'something that is not HTTP': (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n\r\n'),
  'an HTTP/2 preface': (socket) => socket.end('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  'a status of two digits': (socket) => socket.end('HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n'),
  'a status below 100': (socket) => socket.end('HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n'),
  'a head without end': (socket) => socket.write(`${ok}X-Long: ${'a'.repeat(70_000)}`),
  'a head of too many bytes': (socket) =>
    socket.write(`${ok}${`X-Long: ${'a'.repeat(4_000)}\r\n`.repeat(20)}Content-Length: 0\r\n\r\n`),
  'a header without a name': (socket) => socket.write(`${ok}: nothing\r\nContent-Length: 0\r\n\r\n`),
  'a blank before the colon': (socket) => socket.write(`${ok}Content-Length : 2\r\n\r\nok`),
  'a NUL in a value': (socket) => socket.write(`${ok}X-A: a\0b\r\nContent-Length: 0\r\n\r\n`),
  'two different lengths': (socket) => socket.write(`${ok}Content-Length: 2\r\nContent-Length: 3\r\n\r\nok`),
  'a length and chunks': (socket) =>
    socket.write(`${ok}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`),
  'a length that is no number': (socket) => socket.write(`${ok}Content-Length: two\r\n\r\nok`),
  'a body that ends before its length': (socket) => socket.end(`${ok}Content-Length: 10\r\n\r\nok`),
  'a body that is reset before its length': (socket) => {
    socket.write(`${ok}Content-Length: 10\r\n\r\nok`, () => setImmediate(() => socket.resetAndDestroy()));
  },
  'a closing body that is reset before its length': (socket) => {
    socket.write(`${ok}Connection: close\r\nContent-Length: 10\r\n\r\nok`, () =>
      setImmediate(() => socket.resetAndDestroy()),
    );
  },
  'a body without length that is reset': (socket) => {
    socket.write(`${ok}Connection: close\r\n\r\nthe first half`, () =>
      setImmediate(() => socket.resetAndDestroy()),
    );
  },
  'a chunk size that is no number': (socket) =>
    socket.write(`${ok}Transfer-Encoding: chunked\r\n\r\nxyz\r\nok\r\n0\r\n\r\n`),
  'chunks without a last one': (socket) => socket.end(`${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n`),
  'a chunk that is longer than it says': (socket) =>
    socket.write(`${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nokay\r\n0\r\n\r\n`),
  'an upgrade that nobody asked for': (socket) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
  'a bare 101': (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
  'a first line of RTSP': (socket) => socket.write('RTSP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
  'a first line of ICE': (socket) => socket.write('ICE/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'),
  'a first line of HTTP/2.0': (socket) => socket.write('HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n'),
  'a first line of HTTP/1.2': (socket) => socket.write('HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n'),
  'a first line in lower case': (socket) => socket.write('http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
  'a first line of HTTP/0.9': (socket) => socket.write('HTTP/0.9 200 OK\r\nContent-Length: 0\r\n\r\n'),
  'RTSP behind an interim answer': (socket) =>
    socket.write('HTTP/1.1 100 Continue\r\n\r\nRTSP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'),
  'another protocol that waits': (socket) => socket.write('220 mail.test ESMTP\r\n'),
  'a folded header line': (socket) => socket.write(`${ok}X-A: 1\r\n  2\r\nContent-Length: 0\r\n\r\n`),
  'lines without a carriage return': (socket) => socket.write('HTTP/1.1 200 OK\nContent-Length: 0\n\n'),
  'more header lines than are read': (socket) =>
    socket.write(`${ok}${'A: 1\r\n'.repeat(1_001)}Content-Length: 0\r\n\r\n`),
  'a coding beside chunks': (socket) =>
    socket.write(`${ok}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`),
  'chunks on HTTP/1.0': (socket) =>
    socket.write('HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'),
  'nothing after an interim answer': (socket) => socket.end('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'),
};

describe.each(Object.entries(breaches))('%s', (_name, breach) => {
  test('is no acceptance, and four of them leave a pool of four working', async () => {
    const application = await startScriptedApplication(breach);
    const upstream = testUpstream(application.url, { connections: 4 });

    const results = await Promise.all(Array.from({ length: 4 }, () => upstream.send(anEvent())));

    for (const result of results) expect(result).toMatchObject({ kind: 'broken' });
    expect(application.requests).toHaveLength(4);

    application.play(answer200);
    const afterwards = await Promise.all(Array.from({ length: 8 }, () => upstream.send(anEvent())));
    for (const result of afterwards) expect(result).toMatchObject({ kind: 'answered', status: 200 });
    expect(application.requests).toHaveLength(12);
  });
});
