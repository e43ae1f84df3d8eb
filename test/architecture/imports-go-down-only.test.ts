import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const src = new URL('../../src/', import.meta.url).pathname;

/** Each room and the rooms it may import from. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  '.': ['cli'],
  cli: ['app', 'overview', 'sender', 'config', 'envelope', 'forward', 'schemes', 'json', 'delivery', '.'],
  app: [
    'server',
    'pipeline',
    'config',
    'stores',
    'metrics',
    'overview',
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
  server: ['pipeline', 'gates', 'delivery', 'addresses'],
  pipeline: ['gates', 'claims', 'forward', 'addresses', 'metrics', 'overview', 'log', 'config', 'delivery'],
  gates: ['claims', 'forward', 'schemes', 'addresses', 'paths', 'config', 'delivery'],
  claims: ['delivery'],
  forward: ['schemes', 'delivery'],
  sender: ['schemes', 'json', 'forward', 'delivery'],
  envelope: ['schemes', 'delivery'],
  schemes: ['json', 'hex'],
  json: ['hex'],
  addresses: [],
  paths: ['hex'],
  config: ['addresses', 'schemes', 'json', 'delivery'],
  stores: ['delivery'],
  injector: ['kubernetes'],
  kubernetes: [],
  certificates: ['kubernetes'],
  metrics: ['delivery'],
  overview: ['delivery'],
  page: ['overview'],
  hex: [],
  log: [],
  delivery: [],
  values: [],
};

/** Plain values, which every room may import. */
const common = 'values';

test('a room imports only from the rooms below it', () => {
  const wrong: string[] = [];
  for (const file of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const from = roomOf(file);
    for (const [, imported] of readFileSync(join(src, file), 'utf8').matchAll(
      /(?:from|import\()\s*'(\.[^']+)'/g,
    )) {
      const to = roomOf(relative(src, join(src, dirname(file), imported as string)));
      if (to !== from && to !== common && !allowed[from]?.includes(to))
        wrong.push(`${file} imports ${imported}`);
    }
  }
  expect(wrong).toEqual([]);
});

function roomOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] as string) : '.';
}
