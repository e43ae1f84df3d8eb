/**
 * `npm run bench`: what the gate costs, against what stands in its place elsewhere, in one run; `--help` has its words.
 * What is measured goes into docs/performance.md and the folder beside it, the figures of all rounds into bench/results/;
 * with --out everything into that directory; of a quick run into bench/results/, unless --into-page says otherwise.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWords, refuseWords } from '../scripts/words.ts';
import { installMissing } from '../test/setup/debian-packages.ts';
import { parts } from './parts/parts.ts';
import { pinning, pinThisProcess } from './peers/pinning.ts';
import { createPrograms } from './peers/programs.ts';
import { type Kept, keep } from './report/keep.ts';
import { renderReport } from './report/markdown.ts';
import { sentenceOf, settingNow } from './report/setting.ts';

const order = parts.map(({ name }) => name);
const usage = `npm run bench -- [--quick] [--into-page | --out DIRECTORY] [PART ...]
  PART             of ${order.join(' ')}
                   without one all of them, in this order
  --quick          a look: fewer rounds, shorter ones; into bench/results/ and not into docs/
  --into-page      of a quick run into docs/ as well
  --out DIRECTORY  into that directory, and not into docs/`;
const { values, positionals } = readWords(usage, {
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    out: { type: 'string' },
    'into-page': { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((name) => !order.includes(name));
if (unknown.length > 0) refuseWords(usage, `no part is called ${unknown.join(', ')}`);

installMissing({ nginx: 'nginx-light', haproxy: 'haproxy', 'redis-server': 'redis-server' });
pinThisProcess('around');
const { quick, out } = values;
const root = new URL('../', import.meta.url).pathname;
const results = out ?? join(root, 'bench/results');
const kept: Kept =
  out !== undefined || (quick && !values['into-page'])
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
    if (positionals.length > 0 && !positionals.includes(name)) continue;
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
