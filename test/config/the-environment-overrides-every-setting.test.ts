import { expect, test } from 'vitest';
import { environmentVariables } from '../../src/config/environment.ts';
import { leavesOf } from '../../src/config/leaves.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { hookgateYaml } from '../../src/config/schema.ts';
import type { ShapeSchema } from '../../src/config/shape-schema.ts';
import { loadYaml, sentences } from '../support/load-yaml.ts';

const flags = { upstream: 'http://app:3000', path: '/a' };
const configOf = (env: Record<string, string>) => {
  const loaded = loadConfig({ env, flags });
  return loaded.kind === 'ok' ? loaded.config : loaded.problems.map(formatProblem);
};

test('every setting but routes has its variable', () => {
  const names = environmentVariables(hookgateYaml as unknown as ShapeSchema);
  expect(names.get('HOOKGATE_UPSTREAM_URL')).toBe('upstream.url');
  expect(names.get('HOOKGATE_CHECKSUM_KEYS_DIRECTORY')).toBe('checksum.keysDirectory');
  expect(names.get('HOOKGATE_LIMITS_CONNECTIONS_PER_PEER')).toBe('limits.connectionsPerPeer');
  expect(names.get('HOOKGATE_DUPLICATES_WHEN_STORE_DOWN')).toBe('duplicates.whenStoreDown');
  expect(names.get('HOOKGATE_LISTEN_TLS_MIN_VERSION')).toBe('listen.tls.minVersion');
  const keys = leavesOf(hookgateYaml as unknown as ShapeSchema).map(({ key }) => key);
  expect([...names.values()]).toEqual(keys.filter((key) => !key.includes('[]')));
});

test('numbers, durations, lists and words are read from text', () => {
  expect(
    configOf({
      HOOKGATE_LISTEN_PORT: '8443',
      HOOKGATE_UPSTREAM_TIMEOUT: '1.5s',
      HOOKGATE_CLIENT_ADDRESS_FROM: 'forwarded',
      HOOKGATE_CLIENT_ADDRESS_TRUSTED_PROXIES: '10.0.0.0/8, ::ffff:192.0.2.1',
      HOOKGATE_DUPLICATES_REDIS_URL: 'redis://a:1,redis://b:2',
      HOOKGATE_ALLOW: '203.0.113.0/24,2001:db8::1',
    }),
  ).toMatchObject({
    listen: { port: 8443 },
    upstream: { timeoutMs: 1500 },
    clientAddress: { from: 'forwarded', trustedProxies: ['10.0.0.0/8', '192.0.2.1'] },
    duplicates: { redis: { url: ['redis://a:1', 'redis://b:2'] } },
    allowlist: { addresses: ['203.0.113.0/24', '2001:db8::1'] },
  });
});

test('flags win over the environment, that over the file, that over the defaults', () => {
  const text =
    'upstream: { url: http://file, connections: 1, timeout: 1s }\nroutes: [{ name: a, path: /file }]';
  const env = {
    HOOKGATE_UPSTREAM_URL: 'http://env',
    HOOKGATE_UPSTREAM_CONNECTIONS: '2',
    HOOKGATE_PATH: '/env',
  };
  const loaded = loadYaml(text, env, { upstream: 'http://flag', path: '/flag' });
  expect(loaded).toMatchObject({
    kind: 'ok',
    config: {
      upstream: { connections: 2, timeoutMs: 1000, connectTimeoutMs: 2000 },
      routes: [{ name: 'a', path: '/flag' }],
    },
  });
  expect(loaded.kind === 'ok' && loaded.config.upstream.url.href).toBe('http://flag/');
});

test('the environment alone suffices', () => {
  const env = { HOOKGATE_UPSTREAM_URL: 'http://app', HOOKGATE_PATH: '/hook' };
  const loaded = loadConfig({ env, flags: {}, defaultFile: '/nowhere' });
  expect(loaded).toMatchObject({ kind: 'ok', config: { routes: [{ name: 'juicyway', path: '/hook' }] } });
});

test('a variable that is near no other one is told what variables are called', () => {
  expect(configOf({ HOOKGATE_ROUTES: 'x' })).toContain(
    'HOOKGATE_ROUTES: unknown variable; expected HOOKGATE_ and the path of a setting, such as HOOKGATE_UPSTREAM_URL',
  );
});

test('a misspelt variable is named with its nearest, and a wrong value with its variable', () => {
  expect(configOf({ HOOKGATE_UPSTREAM_TIMOUT: '1s', HOOKGATE_LISTEN_PORT: 'http' })).toEqual([
    'HOOKGATE_UPSTREAM_TIMOUT: unknown variable; did you mean HOOKGATE_UPSTREAM_TIMEOUT?',
    'HOOKGATE_LISTEN_PORT: listen.port: found "http"; expected a whole number from 0 to 65535',
  ]);
});

test('what Kubernetes says of Services called hookgate and hookgate-admin is no setting', () => {
  const injected = (service: string) => ({
    [`${service}_SERVICE_HOST`]: '10.96.0.7',
    [`${service}_SERVICE_PORT`]: '9090',
    [`${service}_SERVICE_PORT_METRICS`]: '9090',
    [`${service}_PORT`]: 'tcp://10.96.0.7:9090',
    [`${service}_PORT_9090_TCP`]: 'tcp://10.96.0.7:9090',
    [`${service}_PORT_9090_TCP_PROTO`]: 'tcp',
    [`${service}_PORT_9090_TCP_PORT`]: '9090',
    [`${service}_PORT_9090_TCP_ADDR`]: '10.96.0.7',
  });
  const env = { ...injected('HOOKGATE'), ...injected('HOOKGATE_ADMIN'), ...injected('HOOKGATE_LISTEN') };
  expect(configOf(env)).toMatchObject({ listen: { port: 8080 }, admin: { port: 9090 } });
  expect(configOf({ ...env, HOOKGATE_ADMIN_PORT: '9191' })).toMatchObject({ admin: { port: 9191 } });
  expect(configOf({ HOOKGATE_PORT: '8080' })).toHaveLength(1);
});

test('--path with several routes, bad addresses and bad ports are problems', () => {
  const text = 'upstream: { url: http://a }\nroutes: [{ name: a, path: /a }, { name: b, path: /b }]';
  expect(sentences(loadYaml(text, {}, { path: '/c', listen: 'x:y', allow: ['203.0.113.7/24'] }))).toEqual([
    '--listen: listen: found "x:y"; expected HOST:PORT, such as 127.0.0.1:8080 or [::]:8080',
    '--path: routes: found 2 routes in the file; expected at most one, or it is unclear whose path is meant',
    '--allow: found "203.0.113.7/24"; expected the network address 203.0.113.0/24, or one address without "/24"',
  ]);
});

test.each([
  ['[::1]:8081', { host: '::1', port: 8081 }],
  ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
  [':8081', { host: '::', port: 8081 }],
])('--listen %s', (listen, expected) => {
  const loaded = loadConfig({ env: {}, flags: { ...flags, listen } });
  expect(loaded.kind === 'ok' && loaded.config.listen).toMatchObject(expected);
});

test('trusting every proxy is said aloud', () => {
  const env = {
    HOOKGATE_CLIENT_ADDRESS_FROM: 'forwarded',
    HOOKGATE_CLIENT_ADDRESS_TRUSTED_PROXIES: '0.0.0.0/0',
  };
  expect(loadConfig({ env, flags })).toMatchObject({
    warnings: ['clientAddress.trustedProxies has 0.0.0.0/0: whoever connects can claim any address'],
  });
});
