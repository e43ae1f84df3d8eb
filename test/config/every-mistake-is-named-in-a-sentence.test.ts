import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { loadYaml, sentences } from '../support/load-yaml.ts';

const good = 'upstream: { url: http://app:3000 }\nroutes: [{ name: a, path: /a }]\n';
const routes = 'routes: [{ name: a, path: /a }]\n';
const upstream = 'upstream: { url: http://app:3000 }\n';

/** What is written, and the only sentence about it. */
const mistakes: readonly (readonly [text: string, sentence: string])[] = [
  [
    `${good}duplicates:\n  retension: 7d`,
    'hookgate.yaml:4:3: duplicates.retension: unknown key; did you mean "retention"?',
  ],
  [
    `${upstream}routes: [{ name: a, path: /a, keysDirectory: /k, scheme: { profile: strpe } }]`,
    'hookgate.yaml:2:69: routes[0].scheme.profile: found "strpe"; did you mean "stripe"?',
  ],
  // Names of other things than those that are known, however near their letters are.
  ...['rsa-sha256', 'hmac-sha384', 'hmac-sha224', 'hmac-sha25'].map(
    (algorithm) =>
      [
        `${upstream}routes: [{ name: a, path: /a, keysDirectory: /k, scheme: { signature: "header:X", algorithm: ${algorithm} } }]`,
        `hookgate.yaml:2:94: routes[0].scheme.algorithm: found "${algorithm}"; ` +
          'expected one of hmac-sha256, hmac-sha512, hmac-sha1, ed25519, equals',
      ] as const,
  ),
  [
    `${upstream}routes: [{ name: a, path: /a, keysDirectory: /k, scheme: { signature: "header:X", encoding: base32 } }]`,
    'hookgate.yaml:2:93: routes[0].scheme.encoding: found "base32"; expected one of hex, base64, base64url',
  ],
  [
    `${upstream}routes: [{ name: a, path: /a, events: [*] }]`,
    'hookgate.yaml:2:40: found a * or & that begins an alias; expected it in quotes, such as "*"',
  ],
  [
    `${good}listen: { <<: { port: 1 } }`,
    'hookgate.yaml:3:11: listen: found a merge key, which YAML 1.2 has not; expected the keys written out',
  ],
  [`${good}drain: { a: 1 }`, 'hookgate.yaml:3:10: drain.a: unknown key; expected one of socket, delay'],
  [
    `${good}zzzzzzzzz: 1`,
    'hookgate.yaml:3:1: zzzzzzzzz: unknown key; expected one of listen, admin, upstream, clientAddress, allowlist, ' +
      'checksum, duplicates, routes, otherPaths, denyPaths, limits, drain, log',
  ],
  [
    `${good}duplicates: { lease: 90 }`,
    'hookgate.yaml:3:22: duplicates.lease: found 90; ' +
      'expected a unit after the number: ms, s, m, h or d, such as 90s',
  ],
  [
    `${good}duplicates: { lease: "90" }`,
    'hookgate.yaml:3:22: duplicates.lease: found "90"; ' +
      'expected a number with ms, s, m, h or d, such as 250ms or 7d',
  ],
  [
    `${good}limits: { body: 256KB }`,
    'hookgate.yaml:3:17: limits.body: found "256KB"; ' +
      'expected a number with B, KiB or MiB, such as 512B or 256KiB',
  ],
  [
    `${good}limits: { body: 1000MiB }`,
    'hookgate.yaml:3:17: limits.body: found "1000MiB"; expected from 1B to 64MiB',
  ],
  [
    `${good}duplicates: { retention: 48h }`,
    'hookgate.yaml:3:26: duplicates.retention: found 2d; ' +
      'expected more than 48h, since the sender repeats an event for 48 hours',
  ],
  [
    `${good}duplicates: { lease: 27s }`,
    'hookgate.yaml:3:22: duplicates.lease: found 27s; expected more than 27s (upstream.connectTimeout and ' +
      'upstream.timeout), since a lease that ends first lets a repeat through',
  ],
  [
    `${good}duplicates: { lease: 29s, store: redis }`,
    'hookgate.yaml:3:22: duplicates.lease: found 29s; expected more than 29s (upstream.connectTimeout, ' +
      'upstream.timeout and duplicates.redis.timeout), since a lease that ends first lets a repeat through',
  ],
  [
    `${good}listen: { tls: { certFile: /c.pem } }`,
    'hookgate.yaml:3:28: listen.tls.certFile: found no keyFile beside it; expected both, or neither for plain HTTP',
  ],
  [
    `${good}listen: { port: 9090 }`,
    'hookgate.yaml: admin.port: found 9090, as listen.port; ' +
      'expected another port, since senders must not reach the admin port',
  ],
  [
    `${good}listen: { port: "80" }`,
    'hookgate.yaml:3:17: listen.port: found "80"; expected a whole number from 0 to 65535',
  ],
  [
    `${good}listen: { host: "[::]" }`,
    'hookgate.yaml:3:17: listen.host: found "[::]"; expected the address without brackets',
  ],
  [
    `${good}listen: { host: 127.1 }`,
    'hookgate.yaml:3:17: listen.host: found 127.1; expected text; put it into quotes',
  ],
  [
    `${good}clientAddress: { from: forwarded }`,
    "hookgate.yaml:3:16: clientAddress.trustedProxies: found nobody; expected the proxies' addresses, " +
      'since "from: forwarded" takes nobody else\'s word',
  ],
  [
    `${good}clientAddress: { trustedProxies: [10.0.0.1/8] }`,
    'hookgate.yaml:3:35: clientAddress.trustedProxies[0]: found "10.0.0.1/8"; ' +
      'expected the network address 10.0.0.0/8, or one address without "/8"',
  ],
  [
    `${good}duplicates: { redis: { sentinels: ["s:26379"] } }`,
    "hookgate.yaml:3:22: duplicates.redis.master: missing; expected the master's name at the sentinels",
  ],
  [
    `${good}duplicates: { redis: { url: "redis://:hunter2@r:6379" } }`,
    'hookgate.yaml:3:29: duplicates.redis.url: found "redis://***@r:6379"; ' +
      'expected a URL without password; put it into the file of duplicates.redis.passwordFile',
  ],
  [
    `${good}checksum: { encodings: [sorted, sorted] }`,
    'hookgate.yaml:3:24: checksum.encodings: found sorted twice; expected each encoding once',
  ],
  [
    `${good}checksum: { encodings: [] }`,
    'hookgate.yaml:3:24: checksum.encodings: found an empty list; expected at least one, or no checksum could hold',
  ],
  [
    `${good}log: { level: verbose }`,
    'hookgate.yaml:3:15: log.level: found "verbose"; expected one of trace, debug, info, warn, error, fatal, silent',
  ],
  [`${good}log: [info]`, 'hookgate.yaml:3:6: log: found a list; expected a mapping'],
  [
    `${good}log: { level: }`,
    'hookgate.yaml:3:15: log.level: found nothing; expected a value; leave the key out for its default',
  ],
  [
    `${good}log: {}\nlog: {}`,
    'hookgate.yaml:4:1: log: found a second time, after line 3; expected each key once',
  ],
  [`${good}log:\n\tlevel: info`, 'hookgate.yaml:4:1: found a tab as indentation; expected spaces'],
  [`${good}---\n{}`, 'hookgate.yaml:3:1: found a second document; expected one'],
  ['- a', 'hookgate.yaml:1:1: found a list; expected settings, each "key: value"'],
  [
    routes,
    "hookgate.yaml:1:1: upstream.url: missing; expected the application's URL, such as http://127.0.0.1:3000",
  ],
  [upstream, 'hookgate.yaml:1:1: routes: missing; expected a list'],
  [`${upstream}routes: []`, 'hookgate.yaml:2:9: routes: found an empty list; expected at least one'],
  [
    `${upstream}routes: [{ name: none, path: /a }]`,
    'hookgate.yaml:2:18: routes[0].name: found "none"; ' +
      'expected another name, since "none" stands for no route in metrics',
  ],
  [
    `${upstream}routes: [{ name: a, path: /a }, { name: b, path: /A }]`,
    'hookgate.yaml:2:50: routes[1].path: found "/A", as in routes[0] but for upper and lower case; ' +
      'expected another path, since some routers do not tell them apart',
  ],
  [
    `${upstream}routes: [{ name: a, path: /a }, { name: a, path: /b }]`,
    'hookgate.yaml:2:41: routes[1].name: found "a", as in routes[0]; ' +
      'expected another name, since metrics tell routes by it',
  ],
  [
    `${upstream}routes: [{ name: a, path: /a, events: ["pay*"] }]`,
    'hookgate.yaml:2:40: routes[0].events[0]: found "pay*"; ' +
      'expected "*", a name such as payment.completed, or a prefix such as "payment.*"',
  ],
  [
    `${routes}upstream: { url: http://localhost:8080 }`,
    'hookgate.yaml:2:18: upstream.url: found "http://localhost:8080/", where the gate itself listens (listen); ' +
      "expected the application's address",
  ],
  [
    `${routes}upstream: { url: http://app, caFile: /ca.pem }`,
    'hookgate.yaml:2:38: upstream.caFile: found an upstream.url without TLS; expected an https URL, or no caFile',
  ],
];

test.each(mistakes)('%j', (text, sentence) => {
  expect(sentences(loadYaml(text))).toEqual([sentence]);
});

test.each([
  ['ftp://app', 'expected an http or https URL, such as http://127.0.0.1:3000'],
  ['http://app/?a=1', 'expected a URL without query or fragment'],
  ['http://app#x', 'expected a URL without query or fragment'],
  ['http://u:p@app', 'expected a URL without user name and password'],
  ['http://app/a/../b', 'expected a path without dot segments'],
  ['http://app:99999', 'expected a URL with a valid host and port, such as http://127.0.0.1:3000'],
  ['http://app:0', 'expected a port from 1 to 65535'],
  ['http:\\\\app', 'expected an http or https URL, such as http://127.0.0.1:3000'],
])('the upstream %s is refused', (url, expected) => {
  const loaded = loadYaml(`${routes}upstream:\n  url: '${url}'`);
  expect(loaded.kind === 'problems' && loaded.problems).toMatchObject([
    { key: 'upstream.url', line: 3, expected },
  ]);
});

test.each([
  ['a', 'expected an absolute path, such as /webhooks/juicyway'],
  ['/a//b', 'expected a path without "//"'],
  ['/a/../b', 'expected a path without dot segments'],
  ['/a/.', 'expected a path without dot segments'],
  ['/a%62', 'expected a path without percent-encoding'],
  ['/a\\b', 'expected a path without "\\", which some routers read as "/"'],
  ['/a?b', 'expected a path without query or fragment, since neither takes part in the match'],
  ['/a./b', 'expected a path whose segments do not end with "."'],
  ['/a;v=1', 'expected a path without ";", which some routers cut off'],
  ['/ä', "expected a path of letters, digits and - . _ ~ ! $ & ' ( ) * + , = : @"],
])('the route path %s is refused', (path, expected) => {
  const loaded = loadYaml(`${upstream}routes:\n  - name: a\n    path: '${path}'`);
  expect(loaded.kind === 'problems' && loaded.problems).toMatchObject([
    { key: 'routes[0].path', line: 4, expected },
  ]);
});

test('all mistakes are told at once, those between settings too', () => {
  const text = `${good}log: { level: loud }\nlisten: { port: 1, prot: 2 }\nduplicates: { retention: 1h }`;
  expect(
    sentences(loadYaml(text, { HOOKGATE_LIMITS_BODY: 'big', HOOKGATE_NOTHING_LIKE_IT_ANYWHERE: 'x' })),
  ).toEqual([
    'HOOKGATE_NOTHING_LIKE_IT_ANYWHERE: unknown variable; ' +
      'expected HOOKGATE_ and the path of a setting, such as HOOKGATE_UPSTREAM_URL',
    'hookgate.yaml:4:20: listen.prot: unknown key; did you mean "port"?',
    'HOOKGATE_LIMITS_BODY: limits.body: found "big"; expected a number with B, KiB or MiB, such as 512B or 256KiB',
    'hookgate.yaml:3:15: log.level: found "loud"; expected one of trace, debug, info, warn, error, fatal, silent',
    'hookgate.yaml:5:26: duplicates.retention: found 1h; ' +
      'expected more than 48h, since the sender repeats an event for 48 hours',
  ]);
});

test('a file that is not there is a problem, not a default', () => {
  const loaded = loadConfig({ file: '/nowhere/hookgate.yaml', env: {}, flags: {} });
  expect(sentences(loaded)).toEqual(['hookgate.yaml: found nothing there; expected a readable file']);
});
