/**
 * `npm run bench`: what the gate costs, against what stands in its place elsewhere, in one run; `--help` has its words.
 * What is measured goes into docs/performance.md and the folder beside it, the figures of all rounds into bench/results/;
 * with --out everything into that directory; of a quick run into bench/results/, unless --into-page says otherwise.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installMissing } from '../test/setup/debian-packages.ts';
import { readCommandLine } from './command-line.ts';
import { parts } from './parts/parts.ts';
import { pinning, pinThisProcess } from './peers/pinning.ts';
import { createPrograms } from './peers/programs.ts';
import { type Kept, keep } from './report/keep.ts';
import { renderReport } from './report/markdown.ts';
import { sentenceOf, settingNow } from './report/setting.ts';

const order = parts.map(({ name }) => name);
const asked = readCommandLine(process.argv.slice(2), order);
if (asked.kind === 'help') {
  console.log(asked.text);
  process.exit(0);
}
if (asked.kind === 'mistake') {
  console.error(asked.sentence);
  process.exit(2);
}

installMissing({ nginx: 'nginx-light', haproxy: 'haproxy', 'redis-server': 'redis-server' });
pinThisProcess('around');
const { quick, out, intoPage, names } = asked;
const root = new URL('../', import.meta.url).pathname;
const results = out ?? join(root, 'bench/results');
const kept: Kept =
  out !== undefined || (quick && !intoPage)
    ? { folder: results, rounds: results, order }
    : {
        folder: join(root, 'docs/performance'),
        rounds: results,
        documents: {
          tables: join(root, 'docs/performance/tables.md'),
          page: join(root, 'docs/performance.md'),
        },
        order,
      };
const directory = mkdtempSync(join(tmpdir(), 'hookgate-bench-'));
// nginx's workers run as another user.
chmodSync(directory, 0o755);
const programs = createPrograms(directory);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await programs.endAll();
    rmSync(directory, { recursive: true, force: true });
    process.exit(1);
  });
}
const startedMs = performance.now();
try {
  for (const { name, run } of parts) {
    if (!names.includes(name)) continue;
    const partMs = performance.now();
    const report = await run({ programs, quick, rounds: quick ? 3 : 5 });
    await programs.endAll();
    const setting = settingNow(pinning, quick);
    console.log(`\n## ${report.title}\n\n${sentenceOf([setting])}\n\n${renderReport(report)}`);
    keep(kept, name, report, setting);
    console.log(`\n${name} took ${minutesSince(partMs)}`);
  }
  console.log(`\nall of it took ${minutesSince(startedMs)}`);
} finally {
  await programs.endAll();
  rmSync(directory, { recursive: true });
}

function minutesSince(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 60_000).toFixed(1)} minutes`;
}
