/**
 * `npm run bench`: what the gate costs, against what stands in its place elsewhere, in one run.
 * `npm run bench -- [--quick] [PART ...]` runs the named parts alone.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installMissing } from '../test/setup/debian-packages.ts';
import { parts } from './parts/parts.ts';
import { pinning, pinThisProcess } from './peers/pinning.ts';
import { createPrograms } from './peers/programs.ts';
import { renderReport } from './report/markdown.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false } },
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
console.log(`Node ${process.version}; ${pinning}`);
const directory = mkdtempSync(join(tmpdir(), 'hookgate-bench-'));
// nginx's workers run as another user.
chmodSync(directory, 0o755);
const programs = createPrograms(directory);
try {
  for (const part of parts) {
    if (positionals.length > 0 && !positionals.includes(part.name)) continue;
    const report = await part.run({ programs, quick: values.quick, rounds: values.quick ? 3 : 5 });
    await programs.endAll();
    console.log(`\n## ${report.title}\n\n${renderReport(report)}`);
  }
} finally {
  await programs.endAll();
  rmSync(directory, { recursive: true });
}
