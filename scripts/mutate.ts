import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createDice } from '../test/support/seeded-dice.ts';
import { type Mutant, mutantsOf } from './mutants.ts';
import { readWords, refuseWords, wholeNumber } from './words.ts';

/** Changes one place of the sources at a time, in a copy of the tree, and tells which changes no test notices: docs/testing.md. */
const usage = 'npm run mutate -- [ROOM...] [--sample N] [--seed S] [--minutes M] [--limit SECONDS]';
const usual = ['gates', 'json', 'schemes', 'claims', 'stores', 'forward', 'server'];
const { values, positionals } = readWords(usage, {
  allowPositionals: true,
  options: {
    sample: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '600' },
    limit: { type: 'string', default: '240' },
  },
});
const [sample, seed, minutes, limit] = (['sample', 'seed', 'minutes', 'limit'] as const).map((name) =>
  wholeNumber(usage, `--${name}`, values[name]),
) as [number, number, number, number];
/** The tests of these rooms are tried first: most mutants end there, soon. */
const near: Readonly<Record<string, readonly string[]>> = {
  json: ['json', 'schemes'],
  gates: ['gates', 'paths', 'pipeline'],
  forward: ['forward', 'passthrough'],
};
const rooms = positionals.length > 0 ? positionals : usual;
const limitMs = limit * 1000;
const endsAt = Date.now() + minutes * 60_000;
const root = new URL('../', import.meta.url).pathname;
const unknown = rooms.find((room) => !existsSync(join(root, 'src', room)));
if (unknown !== undefined) refuseWords(usage, `There is no room src/${unknown}.`);
const copy = mkdtempSync(join(tmpdir(), 'hookgate-mutants-'));

process.on('SIGINT', () => process.exit(130));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
copyTree();
if ((await ended('tsc', ['--noEmit'])) !== 0)
  throw new Error('the sources do not compile as they are: npm run types');

const all = rooms.flatMap((room) =>
  readdirSync(join(copy, 'src', room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .flatMap((name) => mutantsOf(`src/${room}/${name}`, readFileSync(join(copy, 'src', room, name), 'utf8'))),
);
const counts = new Map<Outcome, number>();
/** Test files that are known to pass without a mutation. */
const sound = new Set<string>();
for (const mutant of drawn(all, sample, seed)) {
  if (Date.now() > endsAt) break;
  const outcome = await outcomeOf(mutant);
  counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  console.log(`${outcome.padEnd(9)} ${mutant.file}:${mutant.line}  ${mutant.operator}`);
}
const killed = counts.get('killed') ?? 0;
const judged = killed + (counts.get('survived') ?? 0);
const outcomes: Outcome[] = ['killed', 'survived', 'timed out', 'refused', 'undecided'];
const told = outcomes.map((name) => `${counts.get(name) ?? 0} ${name}`);
console.log(
  `${rooms.join(', ')}: ${told.join(', ')}; score ${((100 * killed) / Math.max(1, judged)).toFixed(0)}% ` +
    `of ${judged} judged, out of ${all.length} mutants, seed ${seed}, ${new Date().toISOString().slice(0, 10)}`,
);
// The copy goes with the process.
process.exit();

/** The tree without its history; the libraries are hard links. */
function copyTree(): void {
  const left = ['.git', 'node_modules'];
  cpSync(root, copy, { recursive: true, filter: (path) => !left.includes(basename(path)) });
  const libraries = join(root, 'node_modules');
  const linked = spawnSync('cp', ['-al', libraries, copy]);
  if (linked.status !== 0) cpSync(libraries, join(copy, 'node_modules'), { recursive: true });
  // What vitest has noted is written in place, so it is no link.
  rmSync(join(copy, 'node_modules/.vite'), { recursive: true, force: true });
}

function drawn(from: readonly Mutant[], count: number, seed: number): Mutant[] {
  const dice = createDice(seed);
  const rest = [...from];
  return Array.from({ length: Math.min(count, rest.length) }, () =>
    rest.splice(dice.below(rest.length), 1),
  ).flat();
}

type Outcome = 'killed' | 'survived' | 'timed out' | 'refused' | 'undecided';

async function outcomeOf({ file, text }: Mutant): Promise<Outcome> {
  const path = join(copy, file);
  const original = readFileSync(path, 'utf8');
  writeFileSync(path, text);
  try {
    const room = file.split('/')[1] ?? '';
    const first = (near[room] ?? [room]).map((name) => `test/${name}/`);
    let status = await tested('run', ...first);
    if (status === 0) status = await tested('related', file, '--run');
    if (status === undefined) return 'timed out';
    // What the compiler refuses nobody could land.
    if (status === 0) return (await ended('tsc', ['--noEmit'])) === 0 ? 'survived' : 'refused';
  } finally {
    writeFileSync(path, original);
  }
  // Tests that fail by themselves are no witnesses.
  const failed = failedFiles();
  const doubtful = failed.filter((name) => !sound.has(name));
  if (doubtful.length > 0 && (await tested('run', ...doubtful)) !== 0) return 'undecided';
  for (const name of doubtful) sound.add(name);
  return failed.length > 0 ? 'killed' : 'undecided';
}

function tested(...args: readonly string[]): Promise<number | undefined> {
  const report = ['--reporter', 'json', '--outputFile', 'tests.json'];
  return ended('vitest', [...args, '--bail', '1', '--project', 'gate', ...report]);
}

function failedFiles(): string[] {
  try {
    const { testResults } = JSON.parse(readFileSync(join(copy, 'tests.json'), 'utf8')) as {
      testResults: { name: string; status: string }[];
    };
    return testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);
  } catch {
    return []; // The run ended before a test did.
  }
}

/** The status with which a program of the copy ends; undefined where it was ended at the limit, with all it started. */
function ended(program: string, args: readonly string[]): Promise<number | undefined> {
  const child = spawn(join(copy, 'node_modules/.bin', program), args, {
    cwd: copy,
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, PATH: `${join(copy, 'node_modules/.bin')}:${process.env.PATH}` },
  });
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(undefined);
      process.kill(-(child.pid as number), 'SIGKILL');
    }, limitMs);
    child.once('exit', (status) => {
      clearTimeout(timer);
      resolve(status ?? 1);
    });
  });
}
