import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { freePort } from '../../demo/free-port.ts';
import { proveGate } from '../../src/cli/prove-gate.ts';
import { createReport } from '../../src/cli/prove-report.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

interface Shown {
  readonly name: string;
  readonly path: string;
  readonly keysDirectory?: string;
  readonly allowlist?: { readonly file: string };
  readonly scheme?: unknown;
}

/** The routes of each block of configuration in docs/schemes.md, by the line that it begins on. */
const page = readFileSync('docs/schemes.md', 'utf8');
const examples = [...page.matchAll(/^```yaml config\n([\s\S]*?)^```$/gm)].map(
  ({ index, 1: text = '' }) => [page.slice(0, index).split('\n').length, routesOf(parse(text))] as const,
);

/** A list is of routes, and `scheme` is a route's. */
function routesOf(
  shown: readonly Shown[] | { readonly routes: readonly Shown[] } | { readonly scheme: unknown },
) {
  if (Array.isArray(shown)) return shown as readonly Shown[];
  if ('routes' in shown) return shown.routes;
  return [{ name: 'house', path: '/webhooks/house', keysDirectory: '/etc/hookgate/keys/house', ...shown }];
}

/** A key in the form that the route's scheme reads, of a file of its own. */
function keyFor({ name, scheme }: Shown): string {
  const isStandard = JSON.stringify(scheme ?? '').includes('standard-webhooks');
  return isStandard
    ? `whsec_${Buffer.from(`secret-of-${name}`.padEnd(24)).toString('base64')}`
    : `secret-of-${name}`;
}

test('there are examples', () => {
  expect(examples.length).toBeGreaterThan(2);
});

test.each(examples)('line %i: a signed event arrives once, a tampered one never', async (_line, shown) => {
  const directory = temporaryDirectory();
  const place = (path: string): string => path.replace('/etc/hookgate', directory);
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const routes = shown.map(({ keysDirectory = '/etc/hookgate/keys/common', allowlist, ...route }) => {
    write(join(place(keysDirectory), 'live'), `${keyFor(route)}\n`);
    if (allowlist === undefined) return { ...route, keysDirectory: place(keysDirectory) };
    const file = place(allowlist.file);
    write(file, 'addresses: [127.0.0.1]\n');
    return { ...route, keysDirectory: place(keysDirectory), allowlist: { ...allowlist, file } };
  });
  const allowlist = { file: join(directory, 'allowlist.yaml') };
  write(allowlist.file, 'addresses: [127.0.0.1]\n');
  const config = join(directory, 'hookgate.yaml');
  const listen = { port: await freePort() };
  const upstream = { url: 'http://127.0.0.1:9' };
  write(config, stringify({ upstream, listen, allowlist, duplicates: { store: 'memory' }, routes }));
  const lines: string[] = [];
  const report = createReport((line) => lines.push(line));

  const outcome = await proveGate({ config, url: [], injector: '', path: [] }, {}, report);

  expect(outcome).toBeUndefined();
  expect(lines.filter((line) => line.startsWith('FAIL'))).toEqual([]);
  for (const { path } of shown)
    expect(lines.filter((line) => line.startsWith(`ok    ${path} `))).toHaveLength(3);
});
