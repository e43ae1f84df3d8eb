import { describe, expect, test } from 'vitest';
import { parseProxyHeader } from '../../src/server/proxy-protocol/parse.ts';
import { proxyV2 } from '../support/proxy-v2.ts';

const kindOf = (bytes: Buffer) => parseProxyHeader(bytes).kind;

describe('version 1', () => {
  test.each([
    ['PROXY TCP4 192.0.2.1 198.51.100.1 1 65535\r\n', '192.0.2.1'],
    ['PROXY TCP6 2001:db8::1 2001:db8::2 0 443\r\n', '2001:db8::1'],
    ['PROXY UNKNOWN\r\n', 'local'],
    ['PROXY UNKNOWN ffff:f::1 whatever else\r\n', 'local'],
  ])('%j names %s', (line, source) => {
    const bytes = Buffer.from(`${line}POST`);
    expect(parseProxyHeader(bytes)).toEqual({ kind: 'header', source, length: line.length });
  });

  test('the longest line of the specification is taken, one byte more is not', () => {
    const line = `PROXY UNKNOWN ${'f'.repeat(107 - 'PROXY UNKNOWN \r\n'.length)}\r\n`;
    expect(kindOf(Buffer.from(line))).toBe('header');
    expect(kindOf(Buffer.from(line.replace('\r\n', 'f\r\n')))).toBe('malformed');
    expect(kindOf(Buffer.from('PROXY UNKNOWN '.padEnd(107, 'f')))).toBe('malformed');
  });

  test.each([
    'PROXY TCP4 192.0.2.1 198.51.100.1 1\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.1 1 2 3\r\n',
    'PROXY TCP4  192.0.2.1 198.51.100.1 1 2\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.1 1 2 \r\n',
    'PROXY TCP4 192.0.2.01 198.51.100.1 1 2\r\n',
    'PROXY TCP4 192.0.2 198.51.100.1 1 2\r\n',
    'PROXY TCP4 0xc0.0.2.1 198.51.100.1 1 2\r\n',
    'PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n',
    'PROXY TCP6 192.0.2.1 198.51.100.1 1 2\r\n',
    'PROXY TCP6 fe80::1%eth0 2001:db8::2 1 2\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.1 01 2\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.1 65536 2\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.1 -1 2\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.1 1 2\n',
    'PROXY TCP4\t192.0.2.1 198.51.100.1 1 2\r\n',
    'PROXY TCP5 192.0.2.1 198.51.100.1 1 2\r\n',
    'PROXY UDP4 192.0.2.1 198.51.100.1 1 2\r\n',
    'PROXY UNKNOWNX\r\n',
    'proxy TCP4 192.0.2.1 198.51.100.1 1 2\r\n',
    'PROXYTCP4 192.0.2.1 198.51.100.1 1 2\r\n',
    'POST /hook HTTP/1.1\r\n',
    '\r\nPROXY UNKNOWN\r\n',
  ])('%j is malformed', (line) => {
    expect(kindOf(Buffer.from(line))).toBe('malformed');
  });
});

describe('version 2', () => {
  test.each([
    ['IPv4', proxyV2({ source: '192.0.2.1' }), '192.0.2.1'],
    ['IPv6', proxyV2({ source: '2001:db8::1' }), '2001:db8:0:0:0:0:0:1'],
    ['LOCAL', proxyV2({ command: 0x20, source: '192.0.2.1' }), 'local'],
    ['LOCAL without addresses', proxyV2({ command: 0x20, family: 0, block: Buffer.alloc(0) }), 'local'],
    ['LOCAL of an unknown family', proxyV2({ command: 0x20, family: 0xff, block: Buffer.alloc(7) }), 'local'],
    ['UNSPEC', proxyV2({ family: 0, block: Buffer.alloc(9, 1) }), 'local'],
    ['UNIX', proxyV2({ family: 0x31, block: Buffer.alloc(216) }), 'local'],
    ['a TLV', proxyV2({ source: '192.0.2.1', tlvs: [[0x05, Buffer.from('id')]] }), '192.0.2.1'],
    ['an empty TLV', proxyV2({ source: '192.0.2.1', tlvs: [[0x04, Buffer.alloc(0)]] }), '192.0.2.1'],
    ['a sound CRC32C', proxyV2({ source: '192.0.2.1', crc: 'sound' }), '192.0.2.1'],
    [
      '4,096 bytes',
      proxyV2({ source: '192.0.2.1', tlvs: [[0x04, Buffer.alloc(4096 - 12 - 3)]] }),
      '192.0.2.1',
    ],
  ])('%s is read', (_what, header, source) => {
    expect(parseProxyHeader(Buffer.concat([header, Buffer.from('POST')]))).toEqual({
      kind: 'header',
      source,
      length: header.length,
    });
  });

  test.each([
    ['version 1 in binary', proxyV2({ command: 0x11, source: '192.0.2.1' })],
    ['an unknown command', proxyV2({ command: 0x22, source: '192.0.2.1' })],
    ['a datagram', proxyV2({ source: '192.0.2.1', family: 0x12 })],
    ['an unknown family', proxyV2({ source: '192.0.2.1', family: 0x41 })],
    ['IPv4 cut short', proxyV2({ family: 0x11, block: Buffer.alloc(11) })],
    ['IPv6 cut short', proxyV2({ family: 0x21, block: Buffer.alloc(35) })],
    ['UNIX cut short', proxyV2({ family: 0x31, block: Buffer.alloc(215) })],
    ['a TLV cut short', proxyV2({ family: 0x11, block: Buffer.alloc(14) })],
    ['a TLV past the end', proxyV2({ family: 0x11, block: Buffer.from([...Buffer.alloc(12), 4, 0, 2, 0]) })],
    ['a wrong CRC32C', proxyV2({ source: '192.0.2.1', crc: 'wrong' })],
    ['more than 4,096 bytes', proxyV2({ source: '192.0.2.1', tlvs: [[0x04, Buffer.alloc(4096 - 12 - 2)]] })],
    ['a broken signature', Buffer.from('\r\n\r\n\0\r\nQUIX\n')],
  ])('%s is malformed', (_what, header) => {
    expect(kindOf(header)).toBe('malformed');
  });
});

test.each([
  ['version 1', Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.1 1 65535\r\n')],
  ['version 2', proxyV2({ source: '2001:db8::1', crc: 'sound', tlvs: [[0x05, Buffer.from('id')]] })],
])('%s: every beginning of a header asks for more', (_version, header) => {
  for (let length = 0; length < header.length; length++) {
    expect(kindOf(header.subarray(0, length)), `${length} bytes`).toBe('incomplete');
  }
  expect(kindOf(header)).toBe('header');
});
