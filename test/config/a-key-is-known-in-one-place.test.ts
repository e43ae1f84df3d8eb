import { Array as List, Object as Section } from 'typebox';
import { expect, test } from 'vitest';
import { checkShape } from '../../src/config/check-shape.ts';
import { keysByFlag } from '../../src/config/flags.ts';
import { leavesOf, occurrencesOf } from '../../src/config/leaves.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { readYaml } from '../../src/config/read-yaml.ts';
import { hookgateYaml } from '../../src/config/schema.ts';
import { duration, freeMap, live, path, restart, text } from '../../src/config/schema-leaves.ts';
import type { SettingsNode } from '../../src/config/settings-tree.ts';
import type { ShapeSchema } from '../../src/config/shape-schema.ts';

const leaves = leavesOf(hookgateYaml as unknown as ShapeSchema);

test('each key says whether a reload takes it up, and each path what it holds', () => {
  for (const { key, schema } of leaves) {
    expect(schema['x-reload'], key).toMatch(/^(live|restart)$/);
    expect(schema.description, key).toMatch(/\.$/);
    // A key named for a file or directory that no list knew would be neither watched nor looked at by `check`.
    if (/(?:\bfile|File|irectory)$/.test(key)) expect(schema['x-file'], key).toBeDefined();
  }
});

test('what is bound at the start is bound once: no key of an item of a list needs a restart', () => {
  const bound = leaves.filter(
    ({ schema }) => schema['x-reload'] === 'restart' || schema['x-restart-around'] !== undefined,
  );
  expect(bound.map(({ key }) => key).filter((key) => key.includes('[]'))).toEqual([]);
});

test('the flags that are keys are these', () => {
  expect([...keysByFlag(hookgateYaml as unknown as ShapeSchema)]).toEqual([
    ['--listen', ['listen.host', 'listen.port']],
    ['--admin', ['admin.host', 'admin.port']],
    ['--upstream', ['upstream.url']],
    ['--keys-directory', ['checksum.keysDirectory']],
    ['--store-file', ['duplicates.embedded.file']],
    ['--path', ['routes[].path']],
  ]);
});

const many = Section({
  keys: restart(path('Keys.', '/keys')),
  routes: List(
    Section({
      name: live(text<string>('plain', 'Name.')),
      keys: live(path('Keys.'), { inherits: 'keys' }),
      upstream: Section({ note: live(text<string>('plain', 'Note.'), { optional: true }) }),
      repeatable: live(
        freeMap('Again.', text('event-pattern', 'Name.'), duration('Time.', '1m', '1s', '1h'), {}),
      ),
    }),
  ),
}) as unknown as ShapeSchema;

const shapeOf = (yaml: string) =>
  checkShape(many, readYaml(yaml, 'f.yaml', 1000).root as unknown as SettingsNode);

test('keys of items inherit, are left out, and have free names', () => {
  const { value, problems } = shapeOf(
    'keys: /a\nroutes:\n  - { name: a }\n  - { name: b, keys: /b, repeatable: { __proto__: 10s, "user.x": 1m } }',
  );

  expect(problems).toEqual([]);
  const keys = leavesOf(many).find(({ key }) => key === 'routes[].keys');
  expect(keys && occurrencesOf(keys, value).map(({ key, value: held }) => [key, held])).toEqual([
    ['routes[0].keys', '/a'],
    ['routes[1].keys', '/b'],
  ]);
  const routes = (value as { routes: { repeatable: object; upstream: object }[] }).routes;
  expect(routes[0]?.upstream).toEqual({ note: undefined });
  expect(Object.entries(routes[1]?.repeatable ?? {})).toEqual([
    ['__proto__', 10_000],
    ['user.x', 60_000],
  ]);
});

test('what is wrong in a free map is named with its place', () => {
  const { problems } = shapeOf('routes: [{ name: a, repeatable: { "a b": 10s, "user.x": 10 } }]');

  expect(problems.map(formatProblem)).toEqual([
    'f.yaml:1:35: routes[0].repeatable: found the name "a b"; expected "*", a name such as payment.completed, or a prefix such as "payment.*"',
    'f.yaml:1:57: routes[0].repeatable["user.x"]: found 10; expected a unit after the number: ms, s, m, h or d, such as 10s',
  ]);
});
