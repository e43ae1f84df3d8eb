import { describe, expect, test } from 'vitest';
import { endToEndHeaders } from '../../src/forward/hop-by-hop.ts';

describe('endToEndHeaders', () => {
  test.each([
    'Connection',
    'Keep-Alive',
    'Proxy-Connection',
    'Proxy-Authorization',
    'PROXY-Authenticate',
    'proxy-x',
    'Proxy-Foo-Bar-Bazz',
    'Proxy-Some-Thing2',
    'Transfer-Encoding',
    'TE',
    'Trailer',
    'Upgrade',
    'Expect',
    'HTTP2-Settings',
  ])('leaves out %s in every case', (name) => {
    for (const spelling of [name, name.toLowerCase(), name.toUpperCase()]) {
      expect(endToEndHeaders(['A', '1', spelling, 'x', 'B', '2'])).toEqual(['A', '1', 'B', '2']);
    }
  });

  test('leaves out what Connection lists, over several lines and wherever it stands', () => {
    const headers = [
      'X-A',
      '1',
      'Connection',
      'keep-alive, x-A',
      'x-b',
      '2',
      'connection',
      ' ,X-B,',
      'X-C',
      '3',
    ];
    expect(endToEndHeaders(headers)).toEqual(['X-C', '3']);
  });

  test('keeps the framing, the host and the media type although Connection lists them', () => {
    const headers = ['Host', 'a', 'Content-Length', '3', 'Content-Type', 'application/json'];
    expect(endToEndHeaders([...headers, 'Connection', 'host, content-length, content-type'])).toEqual(
      headers,
    );
  });

  test('keeps order, duplicates and case of everything else', () => {
    const headers = [
      'Set-Cookie',
      'a=1',
      'set-cookie',
      'b=2',
      'Prox',
      'x',
      'Pragma',
      'p',
      'Te2',
      'x',
      'E',
      '',
    ];
    expect(endToEndHeaders(headers)).toEqual(headers);
  });

  test.each([
    ['bad name', 'x'],
    ['', 'x'],
    ['näme', 'x'],
    ['A:', 'x'],
    ['A', 'a\r\nB: c'],
    ['A', 'a\0'],
    ['A', '\x7f'],
    ['A', '\u0100'],
  ])('leaves out the illegal field %j: %j', (name, value) => {
    expect(endToEndHeaders(['Good', '1', name, value])).toEqual(['Good', '1']);
  });

  test('keeps bytes above 127, which are legal in values', () => {
    expect(endToEndHeaders(['A', 'caf\xe9\t.'])).toEqual(['A', 'caf\xe9\t.']);
  });
});
