import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configText } from '../support/running-gate.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const program = new URL('../../dist/hookgate.js', import.meta.url).pathname;
const secret = 'b7f0c2de-5f1e-4b3c-9a64-1f5d0f3a7c11';
const received = '{"amount":1000,"fee":1,"name":"Zo\u00eb","url":"https://a/b"}';

test.each<[string, string, string, RegExp]>([
  ['as received', received, received, /^It would pass\./],
  [
    'sorted, and sent in another order',
    received,
    '{"url":"https://a/b","fee":1,"amount":1000,"name":"Zo\u00eb"}',
    /^It would pass\.\n.*sorted/,
  ],
  [
    "with Python's blanks",
    received.replaceAll('":', '": ').replaceAll(',"', ', "'),
    received,
    /blank after each comma and colon/,
  ],
  ["with PHP's escaped slashes", received.replaceAll('/', '\\/'), received, /slashes written as/],
  ['with ASCII escapes', received.replace('\u00eb', '\\u00eb'), received, /\\uXXXX/],
  [
    "with Python's defaults",
    received.replaceAll('":', '": ').replaceAll(',"', ', "').replace('\u00eb', '\\u00eb'),
    received,
    /blank after.*\\uXXXX/,
  ],
  [
    'with a number that lost its decimals',
    received.replace('"fee":1', '"fee":1.0'),
    received,
    /one whole number that had \.0/,
  ],
  [
    'with a number that gained decimals',
    received,
    received.replace('1000', '1000.00'),
    /numbers parsed and written again/,
  ],
])('data signed %s', async (_name, signedData, sentData, says) => {
  const { keys, file } = place(body(signedData, sentData));

  const run = await explain('--keys-directory', keys, file);

  expect(run.stdout).toMatch(says);
  expect(run.code).toBe(run.stdout.startsWith('It would pass.') ? 0 : 1);
  if (run.code === 1) expect(run.stdout).toMatch(/^It would be refused: checksum_mismatch\.\n/);
  expect(run.stdout + run.stderr).not.toContain(secret);
});

test('a key that is not live any more is named', async () => {
  const { keys, file, directory } = place(body(received, received, 'the-old-business-id'));
  writeFileSync(join(directory, 'retired'), 'the-old-business-id\n');

  const { code, stdout } = await explain(
    '--keys-directory',
    keys,
    '--key-file',
    join(directory, 'retired'),
    file,
  );

  expect([code, stdout]).toEqual([
    1,
    expect.stringContaining('Nearest match: key retired, which is not live'),
  ]);
});

test('a changed amount matches nothing', async () => {
  const { keys, file } = place(body(received, received.replace('1000', '9000')));

  expect(await explain('--keys-directory', keys, file)).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('Nothing that was tried matches'),
  });
});

test("a signer's own order that was lost on the way cannot be told from a forgery, and it says so", async () => {
  const ownOrder = '{"url":"https://a/b","amount":1000,"fee":1}';
  const arrived = '{"fee":1,"url":"https://a/b","amount":1000}';
  const { keys, file } = place(body(ownOrder, arrived));

  expect(await explain('--keys-directory', keys, file)).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(
      /Nothing that was tried matches.*\nWhat cannot be found out.*an order of its own/,
    ),
  });
});

test.each<[string, Record<string, string>, string, number, RegExp]>([
  [
    'an encoding that is not configured',
    { checksum: 'KEYS, encodings: [received] }' },
    body(received, ` ${received}`.replace('{', '{ ')),
    1,
    /Add compact to checksum\.encodings/,
  ],
  [
    'observe mode',
    { checksum: 'KEYS, mode: observe }' },
    body(received, '{}'),
    0,
    /observe: it reaches the application/,
  ],
  [
    'a route that refuses unsigned fields',
    { routes: '[{ name: a, path: /a, unsignedFields: reject }]' },
    body(received, received).replace('{', '{"extra":1,'),
    1,
    /^It would be refused: unsigned_fields\./,
  ],
  [
    'a route that does not take the event',
    { routes: '[{ name: a, path: /a, events: ["card.*"] }]' },
    body(received, received),
    0,
    /Route a answers events of this name with 200 and does not forward/,
  ],
])('with a configuration: %s', async (_name, sections, text, code, says) => {
  const { config, file } = place(text, sections);

  const run = await explain('--config', config, '--address', '203.0.113.7', file);

  expect([run.code, run.stderr]).toEqual([code, '']);
  expect(run.stdout).toMatch(says);
  expect(run.stdout).toContain('203.0.113.7 is on the allowlist.');
});

test('what the gate refuses after a checksum that it only watches is refused here', async () => {
  const { config, file } = place(body(received, '{}').replace('{', '{"extra":1,'), {
    checksum: 'KEYS, mode: observe }',
    routes: '[{ name: a, path: /a, unsignedFields: reject }]',
  });

  expect(await explain('--config', config, file)).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^It would be refused: unsigned_fields\.\n(?:.*\n)*.*observe: it reaches/),
  });
});

test('a body that one of two routes refuses would pass on the other', async () => {
  const { config, file } = place(body(received, received).replace('{', '{"extra":1,'), {
    routes: '[{ name: a, path: /a, unsignedFields: reject }, { name: b, path: /b }]',
  });

  expect(await explain('--config', config, file)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Route a refuses fields'),
  });
});

test('a body that is too large is refused by the limit of the configuration', async () => {
  const { config, file } = place(body(received, received), { limits: '{ body: 20B }' });

  expect(await explain('--config', config, file)).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(
      /^It would be refused: body_too_large\.\nThe body has \d+ bytes, at most 20/,
    ),
  });
});

test('an address that is not listed is refused before the body is looked at', async () => {
  const { config, file } = place(body(received, received));

  expect(await explain('--config', config, '--address', '198.51.100.1', file, '--json')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('"refusedBy": "address_not_allowed"'),
  });
});

test.each(['', '[]', '{"data":', '\ufeff{}', '{"event":"e","data":{"a":1,"a":2},"checksum":""}'])(
  'what is no envelope is named as such: %j',
  async (text) => {
    const { keys, file } = place(text);

    const { code, stdout, stderr } = await explain('--keys-directory', keys, file);

    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(
      /^It would be refused: malformed_body\.\nThe envelope gate refuses it: .* at byte \d+\./,
    );
  },
);

test('a file that is not there is a usage error in a sentence', async () => {
  const { keys } = place('{}');
  const { code, stdout, stderr } = await explain('--keys-directory', keys, '/nowhere/body.json');

  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/\/nowhere\/body\.json/);
  expect(stderr).not.toMatch(/\n +at /);
});

/** An event whose checksum was made over `signedData`, and which arrives with `sentData`. */
function body(signedData: string, sentData: string, key = secret): string {
  const checksum = createHmac('sha256', key).update(`payment.a|${signedData}`).digest('hex');
  return `{"checksum":"${checksum}","data":${sentData},"event":"payment.a"}`;
}

function place(text: string, sections: Record<string, string> = {}) {
  const directory = temporaryDirectory();
  const keys = join(directory, 'keys');
  const allowlistFile = join(directory, 'allowlist.yaml');
  const [file, config] = [join(directory, 'body.json'), join(directory, 'hookgate.yaml')];
  mkdirSync(keys);
  writeFileSync(join(keys, 'primary'), secret);
  writeFileSync(allowlistFile, 'addresses: [203.0.113.7]\n');
  writeFileSync(file, text);
  const places = { directory, upstreamUrl: 'http://127.0.0.1:1', keysDirectory: keys, allowlistFile };
  writeFileSync(config, configText(places, sections).replace('KEYS', `{ keysDirectory: ${keys}`));
  return { directory, keys, file, config };
}

function explain(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, 'explain', ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}
