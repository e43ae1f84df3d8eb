import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { reachesListener } from '../../src/config/host.ts';
import { loadYaml, sentences } from '../support/load-yaml.ts';

const own = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
  .map(({ address }) => address);

const cases: [target: string, host: string, arrives: boolean][] = [
  ['127.0.0.1', '::', true],
  ['localhost', '0.0.0.0', true],
  ['[::1]', '127.0.0.1', true],
  ['127.0.0.1', '192.0.2.9', false],
  ['192.0.2.9', '::', false],
  ['192.0.2.9', '192.0.2.9', true],
  ['app.test', '::', false],
  ...own.map((address) => [address, '::', true] as [string, string, boolean]),
  ...own.map((address) => [address, '127.0.0.1', false] as [string, string, boolean]),
];

test.each(cases)('a connection to %s arrives at a socket on %s: %s', (target, host, arrives) => {
  expect(reachesListener(target, host)).toBe(arrives);
});

test('addresses of the gate itself, at its own port, are refused', () => {
  const problemsWith = (addresses: string, port: number) =>
    sentences(
      loadYaml(
        `upstream: { url: "http://app:${port}", addresses: [${addresses}] }\nroutes: [{ name: a, path: /a }]`,
      ),
    );
  const [first = '127.0.0.1'] = own;
  expect(problemsWith(`"${first}"`, 8080)).toEqual([
    expect.stringContaining('where the gate itself listens (listen)'),
  ]);
  expect(problemsWith('"192.0.2.9"', 8080)).toEqual([]);
  expect(problemsWith(`"${first}"`, 3000)).toEqual([]);
});
