import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const src = new URL('../../src/', import.meta.url).pathname;

/** Each room and the rooms it may import from. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  '.': ['cli'],
  cli: ['app', 'overview', 'sender', 'config', 'forward', 'schemes', 'json', '.'],
  app: [
    'server',
    'pipeline',
    'config',
    'stores',
    'metrics',
    'overview',
    'near-misses',
    'log',
    'claims',
    'forward',
    'addresses',
    'schemes',
    'delivery',
    'gates',
    'injector',
    'kubernetes',
    'certificates',
    '.',
  ],
  server: ['delivery', 'addresses'],
  pipeline: ['gates', 'claims', 'addresses', 'metrics', 'overview', 'log', 'config', 'delivery'],
  gates: ['claims', 'forward', 'schemes', 'addresses', 'paths', 'config', 'delivery'],
  claims: ['delivery'],
  forward: ['schemes', 'delivery'],
  sender: ['schemes', 'json', 'delivery'],
  schemes: ['json'],
  json: [],
  addresses: [],
  paths: [],
  config: ['addresses', 'schemes', 'json', 'delivery'],
  stores: ['delivery'],
  injector: ['kubernetes'],
  kubernetes: [],
  certificates: ['kubernetes'],
  metrics: ['delivery'],
  overview: ['delivery'],
  'near-misses': ['schemes', 'addresses'],
  page: ['overview'],
  log: [],
  delivery: [],
  values: [],
};

/** Plain values, which every room may import. */
const common = 'values';

/** Each import of a file in another room. */
function importsBetweenRooms(): { readonly file: string; readonly from: string; readonly to: string }[] {
  const found: { file: string; from: string; to: string }[] = [];
  for (const file of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const from = roomOf(file);
    for (const [, imported] of readFileSync(join(src, file), 'utf8').matchAll(
      /(?:from|import\()\s*'(\.[^']+)'/g,
    )) {
      const to = roomOf(relative(src, join(src, dirname(file), imported as string)));
      if (to !== from && to !== common) found.push({ file, from, to });
    }
  }
  return found;
}

const imports = importsBetweenRooms();

test('a room imports only from the rooms below it', () => {
  expect(imports.filter(({ from, to }) => !allowed[from]?.includes(to))).toEqual([]);
});

test('and from each of them: the list allows nothing that nobody needs', () => {
  const unneeded = Object.entries(allowed).flatMap(([from, rooms]) =>
    rooms
      .filter((to) => !imports.some((one) => one.from === from && one.to === to))
      .map((to) => `${from} → ${to}`),
  );
  expect(unneeded).toEqual([]);
});

function roomOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] as string) : '.';
}
