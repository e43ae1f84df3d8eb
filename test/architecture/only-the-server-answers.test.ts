import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** What writes to a client that speaks HTTP to the traffic port. */
const answering = /server\/(?:respond|take-over|early-refusal|linger)\.ts'/;

/** The passthrough writes the application's answer, and hands back the refusal where there is none. */
test('no room but the server answers a client: judges and the passthrough hand their refusals back', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.startsWith('server/'),
  );
  const textOf = (file: string): string => readFileSync(`src/${file}`, 'utf8');
  expect(files.filter((file) => answering.test(textOf(file)))).toEqual([]);
  expect(
    files.filter((file) => file.startsWith('forward/') && textOf(file).includes('refusal-answer.ts')),
  ).toEqual([]);
});
