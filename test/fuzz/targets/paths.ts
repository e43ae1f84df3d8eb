import { PassThrough } from '../../../src/delivery/answer.ts';
import { createJudgePath } from '../../../src/gates/path.ts';
import { spellingsOfWebhookPath } from '../../support/path-spellings.ts';
import { rule, type Target } from '../target.ts';

const routePath = '/webhooks/juicyway';
const judgePath = createJudgePath({ routes: [{ path: routePath }], otherPaths: 'passthrough' });
/** Of the processor, in milliseconds, so that other work does not count; far above what judging a path takes. */
const longestMs = 1000;
const processorMs = (): number => process.cpuUsage().user / 1000;

/** What some reader decodes to the route's path is never passed through, and no spelling takes long. */
export const target: Target = {
  name: 'paths',
  seeds: [routePath, '/', '/other/path?x=/webhooks/juicyway', ...spellingsOfWebhookPath].map((text) =>
    Buffer.from(text, 'latin1'),
  ),
  words: [
    '/',
    '//',
    '/./',
    '/../',
    '%2f',
    '%2e',
    '%252e',
    '%5c',
    '\\',
    ';',
    ';a=b',
    '%3b',
    '?',
    '#',
    '%00',
    '%20',
    '+',
    '%c0%af',
    '%ef%bc%8f',
    '%cc%81',
    'webhooks',
    'juicyway',
    '%77',
    'JUICYWAY',
    'index.php',
    '.json',
    '(S(x))',
    'http://',
  ],
  fuzz: (data) => {
    const text = data.toString('latin1');
    const began = processorMs();
    const verdict = judgePath(text);
    rule(processorMs() - began < longestMs, 'it took long to judge');
    if (!(verdict instanceof PassThrough)) return;
    const [path = ''] = text.split('?');
    for (const read of readers) rule(!isRoute(read(path)), `passed, and read as ${read(path)}`);
    // The rest of a long path is judged as a short one.
    const long = judgePath(path.repeat(Math.min(200, Math.ceil(16_384 / path.length))));
    rule(long !== undefined && processorMs() - began < longestMs, 'it took long when it was repeated');
  },
};

function isRoute(path: string): boolean {
  return path.replace(/\/+$/, '').toLowerCase() === routePath;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // Routers that refuse it read nothing.
  }
}

/** How routers in use read a path, written without the code under test. */
const readers: readonly ((path: string) => string)[] = [
  (path) => path,
  decoded,
  (path) => decoded(decoded(path)),
  (path) => new URL(path.replace(/^\/+/, '/'), 'http://gate.test').pathname,
  (path) => decoded(new URL(path.replace(/^\/+/, '/'), 'http://gate.test').pathname),
  (path) => decoded(path.replaceAll(/;[^/]*/g, '')),
  (path) => decoded(path).replaceAll('\\', '/').replaceAll(/\/+/g, '/'),
  (path) => decoded(path).normalize('NFKC'),
  (path) =>
    decoded(path)
      .split('/')
      .map((segment) => segment.trim())
      .join('/'),
  (path) => decoded(path).replace(/\0.*$/s, ''),
];
