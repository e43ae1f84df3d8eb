import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadRendered, loadText } from '../support/chart-config.ts';
import { render } from '../support/helm.ts';

/** A block of YAML in a document; its first line says what it is a part of: `yaml values` or `yaml config`. */
interface Shown {
  readonly where: string;
  readonly of: string;
  readonly text: string;
}

const pages = ['README.md', ...readdirSync('docs').map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
);
const shown = pages.flatMap((page): Shown[] => {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(/^ *```yaml *(\w*)\n([\s\S]*?)^ *```$/gm)].map((match) => ({
    where: `${page}:${text.slice(0, match.index).split('\n').length}`,
    of: match[1] ?? '',
    text: match[2] ?? '',
  }));
});
const partOf = (kind: string) => shown.filter(({ of }) => of === kind);

test('a block that begins like values or a configuration says which of both it is', () => {
  const { properties } = JSON.parse(readFileSync('hookgate.schema.json', 'utf8')) as { properties: object };
  const values = parse(readFileSync('charts/hookgate/values.yaml', 'utf8')) as object;
  const known = new Set([...Object.keys(properties), ...Object.keys(values)]);
  const unmarked = shown.filter(
    ({ of, text }) => of === '' && known.has(Object.keys(parse(text) ?? {})[0] ?? ''),
  );
  expect(unmarked.map(({ where }) => where)).toEqual([]);
});

test.each(partOf('values'))('$where: the chart takes it, and the gate what comes of it', ({ text }) => {
  const directory = mkdtempSync(join(tmpdir(), 'hookgate-shown-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'values.yaml');
  writeFileSync(file, text);
  const loaded = loadRendered(render('replicas-with-redis', ['-f', file]));
  expect(loaded.kind === 'problems' ? loaded.problems : []).toEqual([]);
});

/** The configuration that a part of one stands in: a list is of routes, `scheme` is a route's. */
function around(text: string): Record<string, unknown> {
  const part: unknown = parse(text);
  const needed = { upstream: { url: 'http://127.0.0.1:3000' }, allowlist: { file: '/allowlist.yaml' } };
  const route = { name: 'shown', path: '/webhooks/shown', keysDirectory: '/keys' };
  if (Array.isArray(part)) return { ...needed, routes: part };
  const map = part as Record<string, unknown>;
  if ('scheme' in map) return { ...needed, routes: [{ ...route, ...map }] };
  return { ...needed, routes: [{ name: 'juicyway', path: '/webhooks/juicyway' }], ...map };
}

test.each(partOf('config'))('$where: the gate takes it', ({ text }) => {
  const loaded = loadText(stringify(around(text)));
  expect(loaded.kind === 'problems' ? loaded.problems : []).toEqual([]);
});
