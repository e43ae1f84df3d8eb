import { connect } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { whatWentWrong } from '../../src/values/what-went-wrong.ts';

const coded = (message: string, more: object): Error => Object.assign(new Error(message), more);

test.each<[string, unknown, string]>([
  ['a message', new Error('no'), 'no'],
  ['no message, but a code', coded('', { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  ['no message and no code', new TypeError(), 'TypeError'],
  [
    'several addresses',
    new AggregateError([
      new Error('connect ECONNREFUSED ::1:9'),
      new Error('connect ECONNREFUSED 127.0.0.1:9'),
    ]),
    'connect ECONNREFUSED ::1:9; connect ECONNREFUSED 127.0.0.1:9',
  ],
  [
    'the same of each',
    new AggregateError([new Error('no'), new Error('no')], 'all failed'),
    'all failed: no',
  ],
  ['nothing in it', new AggregateError([]), 'AggregateError'],
  [
    'an address beside the message',
    coded('read ECONNRESET', { address: '10.0.0.7', port: 80 }),
    'read ECONNRESET (10.0.0.7 port 80)',
  ],
  [
    'an address in it already',
    coded('connect 10.0.0.7:80', { address: '10.0.0.7', port: 80 }),
    'connect 10.0.0.7:80',
  ],
  ['a cause', new Error('fetch failed', { cause: new Error('no route') }), 'fetch failed: no route'],
  ['a cause that is told already', new Error('no: x', { cause: new Error('x') }), 'no: x'],
  [
    'a cause of several addresses, without messages of their own',
    new Error('fetch failed', {
      cause: new AggregateError([coded('', { code: 'ETIMEDOUT', address: '::1', port: 9 })]),
    }),
    'fetch failed: ETIMEDOUT (::1 port 9)',
  ],
  ['lines', new Error('one\n  two\r\n'), 'one two'],
  ['a text', 'plain', 'plain'],
  ['nothing', undefined, 'no reason given'],
  ['null', null, 'no reason given'],
  ['an empty text', ' ', 'no reason given'],
  ['a symbol', Symbol('s'), 's'],
  ['an object', {}, 'no reason given'],
  ['an object with a message, as from another realm', { message: 'm' }, 'm'],
])('%s', (_name, error, said) => expect(whatWentWrong(error)).toBe(said));

test('causes that go round are told once', () => {
  const [a, b] = [new Error('a'), new Error('b')];
  a.cause = b;
  b.cause = a;
  expect(whatWentWrong(a)).toBe('a: b');
});

test('a name with two addresses, both of which refuse, is told with both', async () => {
  const error = await new Promise((resolve) =>
    connect({
      host: 'both.test',
      port: 1,
      lookup: (_host, _options, tell) =>
        (tell as (e: null, a: object[]) => void)(null, [
          { address: '127.0.0.1', family: 4 },
          { address: '127.0.0.2', family: 4 },
        ]),
    }).on('error', resolve),
  );

  expect((error as Error).message).toBe('');
  expect(whatWentWrong(error)).toBe('connect ECONNREFUSED 127.0.0.1:1; connect ECONNREFUSED 127.0.0.2:1');
});

test('whatever is thrown, it is said in one line that is not empty and not long', () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), fc.string(), (cause, message) => {
      for (const error of [
        cause,
        new Error(message, { cause }),
        new AggregateError([cause, cause], message),
      ]) {
        expect(whatWentWrong(error)).toMatch(/^.{1,1003}$/);
      }
    }),
  );
});
