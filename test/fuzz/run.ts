import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWords, refuseWords, wholeNumber } from '../../scripts/words.ts';
import { Coverage } from './coverage.ts';
import { fuzz } from './fuzz.ts';
import type { Target } from './target.ts';

/** Every target for a minute by default. Ends with 1 where an input breaks a rule, and says which: docs/testing.md. */
const usage = 'npm run fuzz -- [TARGET...] [SECONDS] [--runs N] [--seed S]';
const { values, positionals } = readWords(usage, {
  allowPositionals: true,
  options: { runs: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
const all = readdirSync(new URL('./targets/', import.meta.url))
  .map((file) => file.replace(/\.ts$/, ''))
  .sort();
const seconds = positionals.find((text) => /^\d+$/.test(text));
const named = positionals.filter((text) => text !== seconds);
const unknown = named.find((name) => !all.includes(name));
if (unknown !== undefined) refuseWords(usage, `There is no target ${unknown}; there are ${all.join(', ')}.`);
const seed = wholeNumber(usage, '--seed', values.seed);
// A number of runs is a bound of its own, the same on a slow machine.
const runs = values.runs === undefined ? Number.POSITIVE_INFINITY : wholeNumber(usage, '--runs', values.runs);
const lastsMs =
  seconds === undefined && values.runs !== undefined
    ? Number.POSITIVE_INFINITY
    : Number(seconds ?? 60) * 1000;

const coverage = new Coverage();
coverage.start();
// Faults that are planted to see them found are no targets.
for (const name of named.length > 0 ? named : all.filter((one) => one !== 'planted-fault')) {
  const { target } = (await import(`./targets/${name}.ts`)) as { target: Target };
  const report = fuzz(target, coverage, { runs, untilMs: Date.now() + lastsMs, seed });
  console.log(
    `${name}: ${report.runs} runs, ${report.corpus} inputs kept, ${report.characters} characters of source run`,
  );
  if (report.crash === undefined) continue;
  const { input, error } = report.crash;
  const file = join(tmpdir(), `hookgate-fuzz-${name}`);
  writeFileSync(file, input);
  console.error(`${name} breaks on ${JSON.stringify(input.toString('latin1'))} (also in ${file}):`, error);
  process.exitCode = 1;
}
