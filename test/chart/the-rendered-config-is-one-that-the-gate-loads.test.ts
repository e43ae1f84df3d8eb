import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadRendered as load } from '../support/chart-config.ts';
import { chart, render, valuesFiles } from '../support/helm.ts';

const sidecars = valuesFiles.filter((values) => /^sidecar/.test(values));
const own = valuesFiles.filter((values) => values !== 'everything-set' && !sidecars.includes(values));

test.each(own)('%s', (values) => {
  const loaded = load(render(values));
  expect(loaded.kind === 'problems' ? loaded.problems : []).toEqual([]);
});

test('every value that Hookgate reads arrives in it', () => {
  const loaded = load(
    render('minimal', [
      '--set',
      'limits.inFlight=1000000,limits.body=1MiB,limits.uploadIdle=3m,limits.streamIdle=2h,listen.keepAlive=90s,' +
        'upstream.connections=7,upstream.keepAlive=4s,drain.delay=9s,log.level=warn,otherPaths=passthrough',
    ]),
  );
  expect(loaded).toMatchObject({
    kind: 'ok',
    config: {
      limits: {
        inFlight: 1_000_000,
        bodyBytes: 1_048_576,
        uploadIdleMs: 180_000,
        streamIdleMs: 7_200_000,
      },
      listen: { keepAliveMs: 90_000 },
      upstream: { connections: 7, keepAliveMs: 4000 },
      drain: { delayMs: 9000 },
      log: { level: 'warn' },
      otherPaths: 'passthrough',
    },
  });
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
}

const readSchema = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Schema;

test('every key of hookgate.yaml is a value of the chart too, but for the places that the chart itself decides', () => {
  const values = readSchema(`${chart}/values.schema.json`);
  const named = (ref: string) =>
    ref
      .split('/')
      .slice(1)
      .reduce((at, name) => (at as Record<string, Schema>)[name] as Schema, values);
  const meant = (schema: Schema): Schema => {
    const { $ref, anyOf = [], ...plain } = schema;
    const target = $ref === undefined ? plain : meant(named($ref));
    return Object.assign({}, target, ...anyOf.map(meant));
  };
  const lacking = ({ properties, items }: Schema, value: Schema | undefined, path: string): string[] => {
    if (value === undefined) return [path];
    const { properties: given = {}, items: each } = meant(value);
    if (items?.properties !== undefined) return lacking(items, each, `${path}[]`);
    return Object.entries(properties ?? {}).flatMap(([name, one]) =>
      lacking(one, given[name], `${path}.${name}`),
    );
  };
  const decided = /(\.embedded|File|\.file|Directory|\.host|\.addresses|\.socket)$/;
  const config = readSchema(new URL('../../hookgate.schema.json', import.meta.url).pathname);
  expect(lacking(config, values, '').filter((path) => !decided.test(path))).toEqual([]);
});

test.each([...sidecars, 'gateway-and-sidecar'])('%s, in a guarded pod', (values) => {
  const env = { HOOKGATE_UPSTREAM_URL: 'http://127.0.0.1:3000', HOOKGATE_DRAIN_DELAY: '0s' };
  expect(load(render(values), 'hookgate-sidecar', env)).toMatchObject({
    kind: 'ok',
    config: {
      listen: { port: 28080 },
      admin: { port: 29090 },
      otherPaths: 'passthrough',
      drain: { delayMs: 0 },
    },
  });
});
