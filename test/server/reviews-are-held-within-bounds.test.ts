import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { createHeldReviews } from '../../src/app/inject/held-reviews.ts';
import { createReviewServer } from '../../src/server/review-server.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';

const mebibyte = 1024 * 1024;

/** A server of reviews, and a way to post one from an address of its own. */
async function start(certificate: { readonly cert: string; readonly key: string }) {
  const server = createReviewServer({
    host: '127.0.0.1',
    port: 0,
    tls: certificate,
    reviews: { '/review': async () => '{}' },
    hold: createHeldReviews(),
    onMalformed: () => {},
    onFault: () => {},
  });
  const { port } = await server.listen();
  onTestFinished(() => server.close(0));
  return (localAddress: string) => {
    const agent = new Agent({ ca: certificate.cert, localAddress });
    onTestFinished(() => agent.destroy());
    const headers = { 'content-type': 'application/json' };
    const sent = request({ host: '127.0.0.1', port, path: '/review', method: 'POST', headers, agent });
    const answered = once(sent, 'response').then(async ([answer]) => ({
      status: answer.statusCode,
      body: await text(answer),
    }));
    // The answer may be lost where its sender still writes (RFC 9112 section 9.6).
    const outcome = answered.catch((error: NodeJS.ErrnoException) => error.code);
    return { sent, answered: outcome };
  };
}

test('reviews that never end take a bounded room, and whoever is not among their senders is answered', async ({
  skip,
}) => {
  const certificate = selfSignedCertificate(['IP:127.0.0.1']);
  if (certificate === undefined) return skip();
  const post = await start(certificate);
  const half = Buffer.alloc(6 * mebibyte, ' ');
  // One address may hold 16 MiB: two such, and not a third.
  const held = [post('127.0.0.2'), post('127.0.0.2'), post('127.0.0.2')];
  for (const { sent } of held) sent.write(half);

  const refused = await Promise.race(held.map(({ answered }) => answered));
  expect([
    { status: 503, body: 'hookgate: too many bytes of other reviews are held; try again\n' },
    'ECONNRESET',
    'EPIPE',
  ]).toContainEqual(refused);

  const genuine = post('127.0.0.1');
  genuine.sent.end(Buffer.concat([Buffer.from('{}'), half]));
  expect(await genuine.answered).toEqual({ status: 200, body: '{}' });

  // What was held is given back, by whoever leaves as well.
  for (const { sent } of held) sent.destroy();
  for (let round = 0; round < 4; round++) {
    const next = post('127.0.0.1');
    next.sent.end(Buffer.concat([Buffer.from('{}'), half]));
    expect(await next.answered).toEqual({ status: 200, body: '{}' });
  }
});

test('two of the largest reviews of one API server are taken at once', async ({ skip }) => {
  const certificate = selfSignedCertificate(['IP:127.0.0.1']);
  if (certificate === undefined) return skip();
  const post = await start(certificate);
  const largest = Buffer.concat([Buffer.from('{}'), Buffer.alloc(8 * mebibyte - 2, ' ')]);
  const both = [post('127.0.0.1'), post('127.0.0.1')];
  for (const { sent } of both) sent.write(largest.subarray(0, -1));
  for (const { sent } of both) sent.end(largest.subarray(-1));

  for (const { answered } of both) expect(await answered).toEqual({ status: 200, body: '{}' });

  const tooLarge = post('127.0.0.1');
  tooLarge.sent.end(Buffer.concat([largest, Buffer.from(' ')]));
  expect([
    { status: 413, body: `hookgate: the review is larger than ${8 * mebibyte} bytes\n` },
    'ECONNRESET',
    'EPIPE',
  ]).toContainEqual(await tooLarge.answered);
});
