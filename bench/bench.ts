/**
 * `npm run bench`: what the gate costs, against what stands in its place elsewhere, in one run.
 * `npm run bench -- [--quick] [--out DIRECTORY] [PART ...]` runs the named parts alone. What is measured goes into
 * docs/performance.md and the folder beside it; with --out into that directory; of a quick run into bench/results/, unless
 * --into-page says otherwise.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installMissing } from '../test/setup/debian-packages.ts';
import { parts } from './parts/parts.ts';
import { pinning, pinThisProcess } from './peers/pinning.ts';
import { createPrograms } from './peers/programs.ts';
import { type Kept, keep } from './report/keep.ts';
import { renderReport } from './report/markdown.ts';
import { settingNow } from './report/setting.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    out: { type: 'string' },
    'into-page': { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0) {
  console.error(
    `no part is called ${unknown.join(', ')}: there are ${parts.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}

installMissing({ nginx: 'nginx-light', haproxy: 'haproxy', 'redis-server': 'redis-server' });
pinThisProcess('around');
const root = new URL('../', import.meta.url).pathname;
const kept: Kept =
  values.out !== undefined || (values.quick && !values['into-page'])
    ? { folder: values.out ?? join(root, 'bench/results') }
    : {
        folder: join(root, 'docs/performance'),
        documents: {
          tables: join(root, 'docs/performance/tables.md'),
          page: join(root, 'docs/performance.md'),
        },
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
try {
  for (const part of parts) {
    if (positionals.length > 0 && !positionals.includes(part.name)) continue;
    const report = await part.run({ programs, quick: values.quick, rounds: values.quick ? 3 : 5 });
    await programs.endAll();
    const setting = settingNow(pinning, values.quick);
    console.log(`\n## ${report.title}\n\n${setting.sentence}\n\n${renderReport(report)}`);
    keep(kept, part.name, report, setting);
  }
} finally {
  await programs.endAll();
  rmSync(directory, { recursive: true });
}
