import { Command } from 'commander';
import { expect, test } from 'vitest';
import { plainServe } from '../../src/cli/plain-serve.ts';
import { addServeCommand } from '../../src/cli/serve.ts';

const all = [
  ...['--config', 'hookgate.yaml', '--upstream', 'http://127.0.0.1:3000', '--listen', ':8080'],
  ...['--admin', '127.0.0.1:9090', '--path', '/webhooks/juicyway', '--keys-directory', '/keys'],
  ...['--allow', '10.0.0.0/8', '--store-file', '/data/events.db'],
];

test.each([
  [[]],
  [all],
  [['--config=hookgate.yaml', '--listen=:8080']],
  [['--allow', '10.0.0.0/8', '--allow=::1', '--allow', '192.0.2.7']],
  [['--path', '/a', '--path', '/b']],
  [['--path', '--']],
  [['--path', '/a', '--']],
  [['--path=--listen']],
  [['--config= ']],
])('a start reads %j as the parser of all commands does', (words) => {
  const read = plainServe(['serve', ...words]);
  expect(read ?? readByAllCommands(words)).toEqual(readByAllCommands(words));
});

test('a start reads what a pod gives it by itself', () => {
  expect(plainServe(['serve', ...all])).toEqual(readByAllCommands(all));
});

test.each([
  [['check']],
  [['--version']],
  [['serve', '--help']],
  [['serve', 'now']],
  [['serve', '--uptream', 'x']],
  [['serve', '--config']],
  [['serve', '--config', '']],
  [['serve', '--upstream', '--listen']],
  [['serve', '--', '--listen']],
  [['--config', 'x', 'serve']],
  [[]],
])('%j is left to the parser of all commands', (words) => {
  expect(plainServe(words)).toBeUndefined();
});

function readByAllCommands(words: readonly string[]): object {
  const program = new Command();
  addServeCommand(program, { become: () => undefined });
  let options: object | undefined;
  program.commands[0]?.action((given: object) => {
    options = given;
  });
  program.parse(['serve', ...words], { from: 'user' });
  return { ...options };
}
