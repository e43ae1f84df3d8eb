import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkRouteModes } from '../../src/app/check/check-routes.ts';
import { loadEverything } from '../../src/app/load/load.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { routeOf, runSchemeGate } from '../support/scheme-gate.ts';
import { senders } from '../support/senders.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const program = new URL('../../dist/hookgate.js', import.meta.url).pathname;
const secret = 'whsec_of-a-test';

function hookgate(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

/** Two routes of other senders in one file, and the key of both. */
function place() {
  const directory = temporaryDirectory();
  const keys = join(directory, 'keys');
  const key = join(keys, 'primary');
  mkdirSync(keys);
  writeFileSync(key, secret);
  const file = join(directory, 'hookgate.yaml');
  const allowlist = join(directory, 'allowlist.yaml');
  writeFileSync(allowlist, 'addresses: [127.0.0.1]\n');
  const route = (name: string, scheme: string) =>
    `  - { name: ${name}, path: /${name}, scheme: ${scheme}, keysDirectory: ${keys} }\n`;
  writeFileSync(
    file,
    `upstream: { url: http://127.0.0.1:9 }\nallowlist: { file: ${allowlist} }\nroutes:\n` +
      route('pay', 'stripe') +
      route('house', '{ signature: "header:X-House", message: "{header:X-Time}.{body}" }'),
  );
  const captured = (printed: string) => {
    const [head = '', body = ''] = printed.split('\n\n');
    const path = join(directory, 'body');
    writeFileSync(path, body.replace(/\n$/, ''));
    return { path, headers: head.split('\n').flatMap((field) => ['--header', field]), head };
  };
  return { keys, key, file, captured };
}

const hmac = (text: string): string => createHmac('sha256', secret).update(text).digest('hex');
const event = ['--event', 'invoice.paid', '--data', '{"id":1}'];

test('what sign writes for a scheme explain takes, at the time when it came', async () => {
  const { keys, key, captured } = place();
  const signed = await hookgate('sign', '--scheme', 'stripe', '--key-file', key, ...event);
  const { path, headers } = captured(signed.stdout);
  const explain = (...more: string[]) =>
    hookgate('explain', '--keys-directory', keys, '--scheme', 'stripe', ...more, path);

  const now = await explain(...headers);
  expect([now.code, now.stdout]).toEqual([
    0,
    expect.stringMatching(/^It would pass\.[\s\S]*key primary[\s\S]*invoice\.paid/),
  ]);
  const late = await explain(...headers, '--at', '2020-01-31T12:00:00Z');
  expect([late.code, late.stdout]).toEqual([
    1,
    expect.stringMatching(/timestamp_out_of_tolerance[\s\S]*only its time/),
  ]);
  const seconds = /t=(\d+)/.exec(signed.stdout)?.[1] ?? '';
  const date = new Date(1000 * Number(seconds));
  const iso = date.toISOString();
  const forms = [seconds, iso, iso.replace('T', ' '), iso.replace('Z', '+0000'), date.toUTCString()];
  for (const at of forms) expect((await explain(...headers, '--at', at)).code).toBe(0);
  expect((await explain()).stdout).toMatch(/checksum_missing[\s\S]*no Stripe-Signature; --header/);
  expect((await explain('--at', 'yesterday')).code).not.toBe(0);
});

test.each([
  [
    'stripe',
    't of Stripe-Signature',
    (ms: number, body: string) => [`Stripe-Signature: t=${ms},v1=${hmac(`${ms}.${body}`)}`],
  ],
  [
    'slack',
    'X-Slack-Request-Timestamp',
    (ms: number, body: string) => [
      `X-Slack-Request-Timestamp: ${ms}`,
      `X-Slack-Signature: v0=${hmac(`v0:${ms}:${body}`)}`,
    ],
  ],
])('explain says of a time of %s that it is in milliseconds', async (scheme, where, sign) => {
  const { keys, captured } = place();
  const body = '{"id":"evt_1","type":"a"}';
  const { path, headers } = captured(`${sign(Date.now(), body).join('\n')}\n\n${body}`);
  const explained = await hookgate('explain', '--keys-directory', keys, '--scheme', scheme, ...headers, path);
  expect([explained.code, explained.stdout]).toEqual([
    1,
    expect.stringContaining('timestamp_out_of_tolerance'),
  ]);
  expect(explained.stdout).toContain(`${where} looks like milliseconds; the scheme has seconds.`);
});

test('a URL that is signed is told to explain as it is to sign', async () => {
  const { keys, key, captured } = place();
  const at = ['--scheme', 'square', '--public-url', 'https://shop.example/hooks'];
  const { path, headers } = captured((await hookgate('sign', ...at, '--key-file', key, ...event)).stdout);
  const explain = (...more: string[]) =>
    hookgate('explain', '--keys-directory', keys, ...more, ...headers, path);
  expect((await explain(...at)).stdout).toMatch(/^It would pass/);
  expect(await explain('--scheme', 'square')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/publicUrl: expected the URL.*\(--public-url\)/),
  });
});

test('a route of a configuration says how to sign, and with which signed fields', async () => {
  const { file, key, captured } = place();
  const sign = (...more: string[]) =>
    hookgate('sign', '--config', file, '--route', ...more, '--key-file', key);
  const signed = await sign('house', '--header', 'X-Time: 12', ...event);
  expect(signed).toMatchObject({ code: 0, stderr: '' });
  const { path, headers } = captured(signed.stdout);
  const time = signed.stdout.includes('X-Time') ? [] : ['--header', 'X-Time: 12'];
  const explain = (...more: string[]) => hookgate('explain', '--config', file, '--route', ...more, path);

  expect((await explain('house', ...headers, ...time)).stdout).toMatch(/^It would pass/);
  expect((await explain('pay', ...headers, ...time)).stdout).toMatch(
    /^It would be refused: checksum_missing/,
  );
  expect((await explain('nowhere')).stderr).toMatch(
    /no route nowhere; expected one of pay \(stripe\), house \(custom\)/,
  );
  expect((await explain('house', '--scheme', 'stripe')).stderr).toMatch(
    /no route house of scheme stripe; expected/,
  );
  expect((await sign('nowhere', ...event)).code).toBe(2);
});

test('send plays a sender, and tampers', async () => {
  const sender = senders.find(({ profile }) => profile === 'stripe') as (typeof senders)[number];
  const { gate, application, keysOf } = await runSchemeGate([routeOf(sender)]);
  const send = (...more: string[]) =>
    hookgate(
      'send',
      '--url',
      `http://127.0.0.1:${gate.port}/hooks/stripe`,
      '--key-file',
      join(keysOf('stripe'), 'primary'),
      '--scheme',
      'stripe',
      ...more,
    );
  expect((await send('--repeat', '2')).code).toBe(0);
  expect(application.events.length).toBe(1);
  for (const what of ['data', 'checksum', 'missing']) expect((await send('--tamper', what)).code).toBe(1);
  expect(application.events.length).toBe(1);
});

test('prove plays every sender', async () => {
  const { gate, application } = await runSchemeGate(senders.map(routeOf));
  const { code, stdout } = await hookgate('prove', '--config', gate.configFile);
  const halves = stdout.match(/^not tried: .* the public half of this key only/gm) ?? [];
  expect(stdout.match(/^ok .* with key /gm)).toHaveLength(3 * (senders.length - halves.length));
  expect(halves.length).toBe(senders.filter(({ key }) => key.startsWith('whpk_')).length);
  expect(code, stdout).toBe(0);
  expect(application.events).toEqual([]);
});

/** Schemes of operators' own, each with something else that its sender has to put where it belongs. */
const ownSchemes: Record<string, string> = {
  payload: '{ signature: "header:X-S", message: "{json:/payload@received}", event: "json:/kind" }',
  time: '{ signature: "header:X-S", timestamp: { from: "json:/ts" }, event: "json:/kind" }',
  inside:
    '{ signature: "json:/sig", message: "{json:/ts}|{json:/kind}|{json:/data@compact}", timestamp: { from: "json:/ts", unit: ms }, event: "json:/kind" }',
  fields:
    '{ signature: "header:X-S", message: "{json:/ref}|{json:/status}|{json:/amount}", id: "json:/ref", event: "json:/status" }',
  nonce:
    '{ signature: "header:X-S", message: "{header:X-Nonce}.{header:X-Nonce}.{body}", event: "header:X-Event" }',
  tag: '{ signature: "header:X-S#v1", message: "{signature#t}.{body}", event: "json:/kind" }',
  deep: '{ signature: "header:X-S#v1", message: "id:{json:/data/no};ts:{signature#ts};", timestamp: { from: "signature#ts" }, event: "json:/kind" }',
  secret: '{ signature: "header:X-S", algorithm: equals, message: "", event: "json:/kind" }',
};
const ownRoutes = Object.entries(ownSchemes).map(([name, scheme]) => ({
  name,
  scheme,
  keys: { primary: secret },
  events: '[invoice.paid]',
  ...(name === 'deep' ? { more: 'unsignedFields: forward' } : {}),
}));

test('prove plays the schemes that operators write', async () => {
  const { gate, application } = await runSchemeGate(ownRoutes);
  const { code, stdout, stderr } = await hookgate('prove', '--config', gate.configFile);
  expect(stdout.match(/^ok .* with key /gm), stdout + stderr).toHaveLength(3 * ownRoutes.length);
  expect(code, stdout).toBe(0);
  expect(application.events).toEqual([]);
});

test.each(['payload', 'time', 'fields'])('send tampers with what the scheme of %s signs', async (name) => {
  const { gate, application, keysOf } = await runSchemeGate(ownRoutes.filter((route) => route.name === name));
  const send = (...more: string[]) =>
    hookgate(
      'send',
      ...['--url', `http://127.0.0.1:${gate.port}/hooks/${name}`],
      ...['--key-file', join(keysOf(name), 'primary')],
      ...['--config', gate.configFile, '--route', name],
      ...event,
      ...more,
    );
  expect((await send('--tamper', 'data')).code).toBe(1);
  // Where the name is not signed, the forged one is none that the route forwards.
  expect((await send('--tamper', 'event')).code).toBe(name === 'payload' ? 0 : 1);
  expect(application.events).toEqual([]);
  expect((await send()).code).toBe(0);
  expect(application.events.length).toBe(1);
});

test('send signs as a route of the configuration says, over the fields that are given', async () => {
  const scheme =
    '{ signature: "header:X-House", message: "{header:X-Time}.{body}", event: "header:X-Event" }';
  const { gate, application, keysOf } = await runSchemeGate([
    { name: 'house', keys: { primary: secret }, scheme, events: '[invoice.paid]' },
    { name: 'pay', keys: { primary: secret }, scheme: 'stripe' },
  ]);
  const send = (route: string, path: string, ...more: string[]) =>
    hookgate(
      'send',
      ...['--url', `http://127.0.0.1:${gate.port}/hooks/${path}`],
      ...['--key-file', join(keysOf(path), 'primary')],
      ...['--config', gate.configFile, '--route', route],
      ...event,
      ...more,
    );
  const time = ['--header', 'X-Time: 12'];

  expect((await send('house', 'house', ...time, '--header', 'X-Other: a, b')).code).toBe(0);
  const [delivered] = application.events;
  // What was given is signed, sent once, and sent as it was given.
  expect(delivered?.headers).toMatchObject({ 'x-time': '12', 'x-other': 'a, b', 'x-event': 'invoice.paid' });
  expect((await send('pay', 'pay')).code).toBe(0);
  expect(application.events.length).toBe(2);

  for (const what of ['data', 'checksum', 'missing'])
    expect((await send('house', 'house', ...time, '--tamper', what)).code).toBe(1);
  expect((await send('pay', 'house', ...time)).code).toBe(1);
  expect(application.events.length).toBe(2);
  expect(await send('nowhere', 'house')).toMatchObject({ code: 2, stdout: '' });
});

test.each<[string, RegExp]>([
  ['X-Time', /expected 'Name: value'/],
  ['X Time: 1', /expected 'Name: value'/],
  ['X-Time: a\nb', /expected 'Name: value'/],
  ['Content-Length: 3', /is set by the sender itself/],
])('send refuses a field that is none, or its own: %j', async (field, says) => {
  const { key } = place();
  const send = await hookgate('send', '--url', 'http://127.0.0.1:9/', '--key-file', key, '--header', field);
  expect(send).toMatchObject({ code: 2, stderr: expect.stringMatching(says) });
});

test('check says what an operator should know of each sender', async () => {
  const directory = temporaryDirectory();
  const at = (name: string) => join(directory, name);
  for (const name of ['one', 'two']) {
    mkdirSync(at(name));
    writeFileSync(join(at(name), 'primary'), 'the-same-secret');
  }
  writeFileSync(at('allowlist.yaml'), 'addresses: [127.0.0.1]\n');
  writeFileSync(
    at('hookgate.yaml'),
    `upstream: { url: http://127.0.0.1:9 }\nallowlist: { file: ${at('allowlist.yaml')} }\nroutes:\n` +
      `  - { name: code, path: /a, scheme: github, keysDirectory: ${at('one')}, events: [push], checksum: { mode: observe } }\n` +
      `  - { name: pay, path: /b, scheme: paystack, keysDirectory: ${at('two')}, repeatable: { a: 10m } }\n`,
  );
  const read = await loadEverything({ file: at('hookgate.yaml'), env: {}, flags: {} });
  if (read.kind !== 'ok') throw new Error(read.problems.map(formatProblem).join('\n'));
  const told = [
    ...read.loaded.warnings,
    ...checkRouteModes(read.loaded.config).map(({ name, detail }) => `${name}: ${detail}`),
  ].join('\n');
  expect(told).toMatch(/upstream\.timeout is .*scheme github waits only 10s/);
  expect(told).toMatch(/scheme github sends nothing again: every refusal is a loss/);
  expect(told).toMatch(/key primary of route pay is key primary of route code as well/);
  expect(told).toMatch(/route pay: repeatable a is 10m, shorter than the 3d/);
  expect(told).toMatch(/checksum\.mode \(route code\): observe: forged events are let in/);
  expect(told).not.toMatch(/checksum\.mode \(route pay\)/);
  expect(told).not.toContain('the-same-secret');
});
