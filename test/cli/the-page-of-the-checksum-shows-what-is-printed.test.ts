import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { needProgram } from '../support/require-program.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const program = new URL('../../dist/hookgate.js', import.meta.url).pathname;
const page = readFileSync('docs/checksum.md', 'utf8');
const blocks = [...page.matchAll(/^```\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);

test('its commands print what it says, one after the other', () => {
  needProgram('openssl');
  const directory = temporaryDirectory();
  const run = (commands: string): string => {
    const script = `hookgate() { '${process.execPath}' '${program}' "$@"; }\n${commands}`;
    return spawnSync('sh', ['-c', script], { cwd: directory, encoding: 'utf8' }).stdout;
  };
  const [signing = '', event = '', explaining = '', python = ''] = blocks;

  const digest = run(signing).trim().split(' ').at(-1);
  expect(`${readFileSync(join(directory, 'event.json'), 'utf8').trim()}\n`).toBe(event);
  expect((JSON.parse(event) as { checksum: string }).checksum.toLowerCase()).toBe(digest);

  const lines = explaining.split('\n');
  const isCommand = (line: string): boolean => line.startsWith('$ ');
  const commands = lines.filter(isCommand).map((line) => line.slice(2));
  expect(run(commands.join('\n'))).toBe(lines.filter((line) => !isCommand(line)).join('\n'));

  const signed = run(
    `printf 'payment.session.succeeded|{"amount": 1000, "reference": "r-1"}' | openssl dgst -sha256 -hmac "$(cat keys/primary)"`,
  );
  const checksum = signed.trim().split(' ').at(-1) ?? '';
  const body = event.replace(/"checksum":"\w+"/, `"checksum":"${checksum}"`).trim();
  expect(run(`printf '%s' '${body}' | hookgate explain --keys-directory keys -`)).toContain(python);
});
