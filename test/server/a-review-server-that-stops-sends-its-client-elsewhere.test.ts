import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { createHeldReviews } from '../../src/app/inject/held-reviews.ts';
import { createIssuer } from '../../src/certificates/issue.ts';
import { createReviewServer } from '../../src/server/review-server.ts';

test('answers say that the connection ends once a stop has begun, and not before', async () => {
  const issuer = await createIssuer();
  const now = new Date();
  const tomorrow = new Date(now.getTime() + 24 * 3_600_000);
  const authority = await issuer.authority(tomorrow, now);
  const server = createReviewServer({
    host: '127.0.0.1',
    port: 0,
    tls: await issuer.leaf(authority, ['injector.test'], tomorrow, now),
    reviews: { '/review': async () => '{}' },
    hold: createHeldReviews(),
    onMalformed: () => {},
    onFault: () => {},
  });
  const { port } = await server.listen();
  onTestFinished(() => server.close(0));
  const agent = new Agent({ keepAlive: true, ca: authority.cert, servername: 'injector.test' });
  onTestFinished(() => agent.destroy());
  const review = async (): Promise<string | undefined> => {
    const headers = { 'content-type': 'application/json' };
    const sent = request({ host: '127.0.0.1', port, agent, path: '/review', method: 'POST', headers });
    sent.end('{}');
    const [answer] = await once(sent, 'response');
    expect(await text(answer)).toBe('{}');
    return answer.headers.connection;
  };

  expect(await review()).toBe('keep-alive');
  server.beginStop();
  expect(await review()).toBe('close');
});
