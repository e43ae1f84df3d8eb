import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PassThrough } from '../../src/delivery/answer.ts';
import { createJudgePath } from '../../src/gates/path.ts';
import { startNginx } from '../support/nginx.ts';
import { spellingsOfWebhookPath } from '../support/path-spellings.ts';

const judgePath = createJudgePath({
  routes: [{ name: 'juicyway', path: '/webhooks/juicyway', events: ['*'], unsignedFields: 'strip' }],
  otherPaths: 'passthrough',
});
const passes = (target: string): boolean => judgePath(target) instanceof PassThrough;

/** Each `location` says where nginx has routed the request to; the second group of them is below /prefix. */
const locations = `
location = /webhooks/juicyway { return 200 webhook; }
location /webhooks/juicyway/ { return 200 webhook; }
location ~* ^/webhooks/juicyway(\\.json|/)?$ { return 200 webhook; }
location /webhooks/ { return 200 "below:$uri"; }
location ~ ^/index\\.php(/.*)$ { return 200 "below:$1"; }
location / { return 200 other; }`;

const pieces = fc.constantFrom(
  ...['webhooks', 'juicyway', 'Juicyway', 'x', 'index.php', '%6auicyway', '%77ebhooks', 'juicyway.json'],
  ...[
    '/',
    '/',
    '/',
    '//',
    '%2f',
    '%5c',
    '\\',
    '.',
    '..',
    '%2e',
    '%2e%2e',
    ';',
    ';a=b',
    '#',
    '?',
    '%00',
    '%20',
    '%',
  ],
  ...['%3b', '%23', '%3f', '%c3%a9', '%25', '%252f', '~', '&', '+'],
);
const randomTarget = fc.array(pieces, { minLength: 1, maxLength: 9 }).map((parts) => `/${parts.join('')}`);
/** The webhook path with something put in somewhere: nearer to it than pieces at random. */
const mutatedTarget = fc
  .tuple(fc.nat(18), pieces, fc.nat(18), pieces)
  .map(([first, one, second, other]) => insert(insert('/webhooks/juicyway', first, one), second, other));

test('of a list of spellings none passes, and nginx takes many of them for the webhook', async ({ skip }) => {
  const port = await startNginx(locations);
  if (port === undefined) return skip();
  const routed = await routeAll(port, ['/webhooks/juicyway', ...spellingsOfWebhookPath]);
  expect(routed[0]).toBe('webhook');
  expect(spellingsOfWebhookPath.filter(passes)).toEqual([]);
  const reached = routed.filter((word) => reachesWebhook(word));
  expect(reached.length).toBeGreaterThan(20);
});

test('of random spellings none passes that nginx takes for the webhook', async ({ skip }) => {
  const port = await startNginx(locations);
  if (port === undefined) return skip();
  const targets = fc.sample(fc.oneof(randomTarget, mutatedTarget), 6000);
  const passed = targets.filter(passes);
  expect(passed.length).toBeGreaterThan(100);
  const routed = await routeAll(port, passed);
  expect(passed.filter((_, index) => reachesWebhook(routed[index] ?? ''))).toEqual([]);
});

/** In a prefix location the application behind nginx routes on, here without regard to case and to a last slash. */
function reachesWebhook(word: string): boolean {
  return word === 'webhook' || /^below:\/webhooks\/juicyway(?:\/|$)/i.test(word);
}

function insert(text: string, at: number, piece: string): string {
  return text.slice(0, at) + piece + text.slice(at);
}

/** The word of nginx for each target; where it refuses one, its status. Sent raw, since no client would send them. */
async function routeAll(port: number, targets: readonly string[]): Promise<string[]> {
  const words: string[] = [];
  for (let index = 0; index < targets.length; index += 32) {
    words.push(...(await Promise.all(targets.slice(index, index + 32).map((target) => route(port, target)))));
  }
  return words;
}

async function route(port: number, target: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.write(
    `POST ${target} HTTP/1.1\r\nHost: gate.test\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    'latin1',
  );
  await once(socket, 'close');
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  return head.startsWith('HTTP/1.1 200') ? body : head.slice(9, 12);
}
