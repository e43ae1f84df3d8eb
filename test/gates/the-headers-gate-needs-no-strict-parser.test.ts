import { expect, test } from 'vitest';
import { Rejection } from '../../src/delivery/rejections.ts';
import { judgeHeaders } from '../../src/gates/headers.ts';

const limits = { maxCount: 100, maxBytes: 16_384 };
const usual = ['Host', 'gate.test', 'Content-Type', 'application/json'];

/**
 * Node 24.21 refuses some of these heads itself, so that over a socket the gate's own check is never reached. Other
 * versions let them in.
 */
test.each([
  ['two equal Content-Length lines', ['Content-Length', '2', 'content-length', '2']],
  ['two different Content-Length lines', ['Content-Length', '2', 'Content-Length', '70']],
  ['a list in Content-Length', ['Content-Length', '2, 2']],
  ['a signed Content-Length', ['Content-Length', '+2']],
  ['an empty Content-Length', ['Content-Length', '']],
  ['both framings', ['Content-Length', '2', 'Transfer-Encoding', 'chunked']],
  ['two Transfer-Encoding lines', ['Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'chunked']],
  ['another coding', ['Transfer-Encoding', 'gzip, chunked']],
])('%s: refused by the gate itself', (_, lines) => {
  const head = {
    method: 'POST',
    target: '/hook',
    httpVersion: '1.1',
    rawHeaders: [...usual, ...lines],
    secure: false,
  };
  expect(judgeHeaders(head, limits)).toMatchObject({ code: 'malformed_request' });
  expect(judgeHeaders({ ...head, rawHeaders: usual }, limits)).not.toBeInstanceOf(Rejection);
});
