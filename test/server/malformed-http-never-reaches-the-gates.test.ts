import { describe, expect, test } from 'vitest';
import { openRaw } from '../support/raw-http.ts';
import { openTrafficPort } from '../support/traffic-port.ts';

/** What a smuggler hides behind a request: were it judged, the framing would have been read in the smuggler's way. */
const hidden = 'POST /hidden HTTP/1.1\r\nHost: gate.test\r\nContent-Length: 0\r\n\r\n';

const start = 'POST /hook HTTP/1.1\r\nHost: gate.test\r\nContent-Type: application/json\r\n';
const chunkedBody = '2\r\n{}\r\n0\r\n\r\n';

interface Case {
  readonly bytes: string;
  /** Default 400. */
  readonly status?: number;
}

/** Rule of RFC 9112 (or 9110) → bytes that break it. */
const cases: Record<string, Case> = {
  'two Host headers': { bytes: `${start}Host: other.test\r\nContent-Length: 2\r\n\r\n{}` },
  'two Host headers and no body': {
    bytes: 'GET /hook HTTP/1.1\r\nHost: gate.test\r\nHost: other.test\r\n\r\n',
  },
  'Transfer_Encoding and no other framing': { bytes: `${start}Transfer_Encoding: chunked\r\n\r\n` },
  'no Host header': { bytes: 'POST /hook HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}' },
  'two Content-Type headers': { bytes: `${start}Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}` },
  'two equal Content-Length headers': { bytes: `${start}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}` },
  'two different Content-Length headers': {
    bytes: `${start}Content-Length: 2\r\nContent-Length: 70\r\n\r\n{}`,
  },
  'a list in Content-Length': { bytes: `${start}Content-Length: 2, 2\r\n\r\n{}` },
  'a signed Content-Length': { bytes: `${start}Content-Length: +2\r\n\r\n{}` },
  'a negative Content-Length': { bytes: `${start}Content-Length: -2\r\n\r\n{}` },
  'a hexadecimal Content-Length': { bytes: `${start}Content-Length: 0x2\r\n\r\n{}` },
  'an empty Content-Length': { bytes: `${start}Content-Length: \r\n\r\n{}` },
  'a Content-Length beyond 64 bits': { bytes: `${start}Content-Length: 18446744073709551618\r\n\r\n{}` },
  'Content-Length before Transfer-Encoding': {
    bytes: `${start}Content-Length: 12\r\nTransfer-Encoding: chunked\r\n\r\n${chunkedBody}`,
  },
  'Transfer-Encoding before Content-Length': {
    bytes: `${start}Transfer-Encoding: chunked\r\nContent-Length: 12\r\n\r\n${chunkedBody}`,
  },
  'Transfer-Encoding on HTTP/1.0': {
    bytes: `POST /hook HTTP/1.0\r\nHost: gate.test\r\nTransfer-Encoding: chunked\r\n\r\n${chunkedBody}`,
  },
  'chunked twice': { bytes: `${start}Transfer-Encoding: chunked, chunked\r\n\r\n${chunkedBody}` },
  'two Transfer-Encoding lines': {
    bytes: `${start}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n${chunkedBody}`,
  },
  'an unknown coding': { bytes: `${start}Transfer-Encoding: xchunked\r\n\r\n${chunkedBody}` },
  'another coding before chunked': {
    bytes: `${start}Transfer-Encoding: gzip, chunked\r\n\r\n${chunkedBody}`,
  },
  'another coding after chunked': { bytes: `${start}Transfer-Encoding: chunked, gzip\r\n\r\n${chunkedBody}` },
  'the identity coding': { bytes: `${start}Transfer-Encoding: identity\r\n\r\n{}` },
  'an empty Transfer-Encoding': { bytes: `${start}Transfer-Encoding:\r\nContent-Length: 2\r\n\r\n{}` },
  'a parameter on chunked': { bytes: `${start}Transfer-Encoding: chunked;q=1\r\n\r\n${chunkedBody}` },
  'a quoted coding': { bytes: `${start}Transfer-Encoding: "chunked"\r\n\r\n${chunkedBody}` },
  Transfer_Encoding: { bytes: `${start}Transfer_Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}` },
  Content_Length: { bytes: `${start}Content_Length: 70\r\nContent-Length: 2\r\n\r\n{}` },
  'a folded header line': { bytes: `${start}X-A: b\r\n c\r\nContent-Length: 2\r\n\r\n{}` },
  'a folded Transfer-Encoding': { bytes: `${start}Transfer-Encoding:\r\n chunked\r\n\r\n${chunkedBody}` },
  'a space before the colon': { bytes: `${start}Content-Length : 2\r\n\r\n{}` },
  'a space before the first header': {
    bytes: 'POST /hook HTTP/1.1\r\n Host: gate.test\r\nContent-Length: 2\r\n\r\n{}',
  },
  'a header line without a colon': { bytes: `${start}Content-Length\r\n\r\n{}` },
  'an empty header name': { bytes: `${start}: 2\r\nContent-Length: 2\r\n\r\n{}` },
  'a bare CR in a value': {
    bytes: `${start}X-A: b\rTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}`,
  },
  'a bare LF between headers': { bytes: `${start}X-A: b\nX-C: d\r\nContent-Length: 2\r\n\r\n{}` },
  'a bare LF after the request line': {
    bytes: 'POST /hook HTTP/1.1\nHost: gate.test\r\nContent-Length: 2\r\n\r\n{}',
  },
  'LF-only line endings': { bytes: 'POST /hook HTTP/1.1\nHost: gate.test\nContent-Length: 2\n\n{}' },
  'a head ended by LF LF': { bytes: `${start}Content-Length: 2\n\n{}` },
  'a NUL in a value': { bytes: `${start}X-A: b\0c\r\nContent-Length: 2\r\n\r\n{}` },
  'a NUL in a name': { bytes: `${start}X-\0A: b\r\nContent-Length: 2\r\n\r\n{}` },
  'a control character in a name': { bytes: `${start}X-\x01A: b\r\nContent-Length: 2\r\n\r\n{}` },
  'a vertical tab before chunked': { bytes: `${start}Transfer-Encoding: \x0bchunked\r\n\r\n${chunkedBody}` },
  'a non-ASCII header name': { bytes: `${start}X-\xe9: b\r\nContent-Length: 2\r\n\r\n{}` },
  'a chunk size that is no number': {
    bytes: `${start}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
  },
  'a chunk size with 0x': { bytes: `${start}Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n` },
  'a negative chunk size': { bytes: `${start}Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n` },
  'a chunk size beyond 64 bits': {
    bytes: `${start}Transfer-Encoding: chunked\r\n\r\n10000000000000002\r\n{}\r\n0\r\n\r\n`,
  },
  'a space in a chunk size': { bytes: `${start}Transfer-Encoding: chunked\r\n\r\n2 \r\n{}\r\n0\r\n\r\n` },
  'a chunk longer than its size': {
    bytes: `${start}Transfer-Encoding: chunked\r\n\r\n2\r\n{}}\r\n0\r\n\r\n`,
  },
  'a chunk size ended by a bare LF': {
    bytes: `${start}Transfer-Encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n`,
  },
  'a chunk extension ended by a bare LF': {
    bytes: `${start}Transfer-Encoding: chunked\r\n\r\n2;a\n{}\r\n0\r\n\r\n`,
  },
  'a chunk extension with a bare CR': {
    bytes: `${start}Transfer-Encoding: chunked\r\n\r\n2;a\rb\r\n{}\r\n0\r\n\r\n`,
  },
  'a flood of chunk extensions': {
    bytes: `${start}Transfer-Encoding: chunked\r\n\r\n2;${'a'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`,
  },
  'a trailer without a colon': {
    bytes: `${start}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nfoo\r\n\r\n`,
  },
  'a flood of trailers': {
    bytes: `${start}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n${`X-T: ${'t'.repeat(1000)}\r\n`.repeat(60)}\r\n`,
    status: 400,
  },
  'an HTTP/0.9 request': { bytes: 'GET /hook\r\n' },
  'version 0.9 with a body': {
    bytes: 'POST /hook HTTP/0.9\r\nHost: gate.test\r\nContent-Length: 2\r\n\r\n{}',
  },
  'version 2.0': { bytes: 'POST /hook HTTP/2.0\r\nHost: gate.test\r\nContent-Length: 2\r\n\r\n{}' },
  'version 1.2': { bytes: 'POST /hook HTTP/1.2\r\nHost: gate.test\r\nContent-Length: 2\r\n\r\n{}' },
  'a version in lower case': {
    bytes: 'POST /hook http/1.1\r\nHost: gate.test\r\nContent-Length: 2\r\n\r\n{}',
  },
  'a method in lower case': {
    bytes: 'post /hook HTTP/1.1\r\nHost: gate.test\r\nContent-Length: 2\r\n\r\n{}',
  },
  'an unknown method': { bytes: 'P0ST /hook HTTP/1.1\r\nHost: gate.test\r\nContent-Length: 2\r\n\r\n{}' },
  'a space in the target': {
    bytes: 'POST /hook x HTTP/1.1\r\nHost: gate.test\r\nContent-Length: 2\r\n\r\n{}',
  },
  'a space after the version': {
    bytes: 'POST /hook HTTP/1.1 \r\nHost: gate.test\r\nContent-Length: 2\r\n\r\n{}',
  },
  'a TLS handshake on the plain port': { bytes: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' },
  'a request line of a megabyte': { bytes: `POST /${'a'.repeat(1_000_000)} HTTP/1.1\r\n`, status: 431 },
  'a header line of a megabyte': { bytes: `${start}X-A: ${'a'.repeat(1_000_000)}\r\n`, status: 431 },
  'an Expect that nobody knows': { bytes: `${start}Expect: 200-ok\r\nContent-Length: 2\r\n\r\n{}` },
  'a list in Expect': { bytes: `${start}Expect: 100-continue, x\r\nContent-Length: 2\r\n\r\n{}` },
  CONNECT: { bytes: 'CONNECT gate.test:443 HTTP/1.1\r\nHost: gate.test\r\n\r\n', status: 405 },
};

describe.each(Object.entries(cases))('%s', (_rule, { bytes, status = 400 }) => {
  test('is refused, the connection is closed, and no body or further request gets through', async () => {
    const gate = await openTrafficPort({ limits: { linger: { maxBytes: 262_144, timeMs: 100 } } });
    const client = await openRaw(gate.port);

    client.send(bytes + hidden);
    const [first] = await client.answers(1);
    const answer = await client.closing();

    expect(first).toBe(status);
    expect(client.statuses).toEqual([status]);
    expect(answer).toMatch(/^Content-Type: application\/problem\+json\r$/im);
    expect(answer).toMatch(/^X-Request-Id: [0-9a-f-]{36}\r$/im);
    expect(answer).toMatch(/^Connection: close\r$/im);
    expect(gate.bodies).toEqual([]);
    expect(gate.judged.map((delivery) => delivery.head.target)).not.toContain('/hidden');
    expect(gate.judged.length + gate.rejected.length, 'judged or counted, once').toBe(1);
    expect(gate.faults).toEqual([]);
  });
});
