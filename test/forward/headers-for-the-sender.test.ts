import { expect, test } from 'vitest';
import { answerHeaders } from '../../src/forward/answer-headers.ts';

test('end-to-end fields pass as they came', () => {
  const headers = [
    'Content-Type',
    'text/plain',
    'Set-Cookie',
    'a=1',
    'set-cookie',
    'b=2',
    'Retry-After',
    '3',
    'ETag',
    'x',
  ];

  expect(answerHeaders(headers)).toEqual(headers);
});

test.each([
  ['Connection', 'close'],
  ['Keep-Alive', 'timeout=5'],
  ['Transfer-Encoding', 'chunked'],
  ['Trailer', 'X'],
  ['Upgrade', 'h2c'],
  ['Proxy-Authenticate', 'Basic'],
  ['Content-Length', '5'],
  ['X-Request-ID', 'of the application'],
  ['Hookgate-Duplicate', 'true'],
  ['hookgate-anything', 'x'],
  ['X-Ill', 'snow ☃'],
])('%s is not passed on', (name, value) => {
  expect(answerHeaders(['X-A', '1', name, value, 'X-B', '2'])).toEqual(['X-A', '1', 'X-B', '2']);
});

test('what Connection lists is not passed on', () => {
  expect(answerHeaders(['Connection', 'X-Hop', 'X-Hop', '1', 'X-End', '2'])).toEqual(['X-End', '2']);
});

test('the first Date stays', () => {
  expect(answerHeaders(['Date', 'one', 'date', 'two'])).toEqual(['Date', 'one']);
});

test('a dropped body leaves no description of itself', () => {
  const headers = ['Content-Type', 'text/html', 'Content-Encoding', 'gzip', 'ETag', 'x', 'X-A', '1'];

  expect(answerHeaders(headers, true)).toEqual(['X-A', '1']);
});
