import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Loaded, loadEverything } from '../../src/app/load/load.ts';
import { createGatehouse } from '../../src/app/serve/gatehouse.ts';
import { createLogOn } from '../../src/log/log.ts';
import { createRecentRejections } from '../../src/log/recent-rejections.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { createUndelivered } from '../../src/metrics/undelivered.ts';
import { createRecord } from '../../src/overview/record.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** One route on `/path`, with one key and one address. */
async function loaded(path: string, keyName: string, level: string, addresses: string): Promise<Loaded> {
  const directory = temporaryDirectory();
  const at = (name: string): string => join(directory, name);
  mkdirSync(at('keys'));
  writeFileSync(join(at('keys'), keyName), 'business-id');
  writeFileSync(at('allowlist.yaml'), `addresses: ${addresses}\n`);
  writeFileSync(
    at('hookgate.yaml'),
    `upstream: { url: http://127.0.0.1:9 }
log: { level: ${level} }
allowlist: { file: ${at('allowlist.yaml')} }
routes: [{ name: ${keyName}, path: ${path}, scheme: paystack, keysDirectory: ${at('keys')} }]
`,
  );
  const result = await loadEverything({ file: at('hookgate.yaml'), env: {}, flags: {} });
  if (result.kind === 'problems') throw new Error(JSON.stringify(result.problems));
  return result.loaded;
}

test('what is looked over changes nothing; what is adopted is in force as a whole', async () => {
  const [old, next] = await Promise.all([
    loaded('/old', 'first', 'fatal', '[192.0.2.1]'),
    loaded('/next', 'second', 'silent', '[192.0.2.1, 192.0.2.2]'),
  ]);
  let wallClockMs = 1_000;
  const wallClock = (): number => wallClockMs;
  const now = (): number => 0;
  const metrics = createMetrics();
  const { log, writeLine } = createLogOn('fatal', () => {});
  const house = createGatehouse({
    loaded: old,
    store: createMemoryStore({ maxKeys: 10, now }),
    log,
    writeLine,
    metrics,
    undelivered: createUndelivered({ now, maxEvents: 10, forgetAfterMs: () => 1 }),
    rejections: createRecentRejections(1),
    record: createRecord({ wallClock }),
    nearMisses: { consider() {}, disregard() {}, async close() {} },
    isDraining: () => false,
    now,
    wallClock,
  });
  const inForce = async () => ({
    loaded: house.loaded,
    level: log.level,
    allowlistSinceMs: house.allowlistSinceMs,
    series: (await metrics.registry.metrics())
      .split('\n')
      .filter((line) => /^hookgate_(?:checksum|allowlist|config|deliveries)/.test(line)),
  });
  const before = await inForce();
  wallClockMs = 2_000;

  const lookedOver = house.lookOver(next);
  expect(await inForce()).toEqual(before);

  const problem = { source: 'keys/second', key: '', found: 'nothing', expected: 'a key' };
  house.adopt(house.lookOver({ ...old, held: [problem] }));
  // A part of it stays as it was before, so this was no load without a problem.
  expect((await inForce()).series).toContain('hookgate_config_last_reload_success_timestamp_seconds 1');

  house.adopt(lookedOver);
  const after = await inForce();
  expect(after).toMatchObject({ loaded: next, level: 'silent', allowlistSinceMs: 2_000 });
  expect(after.series).toContain('hookgate_allowlist_entries{route="second"} 2');
  expect(after.series).toContain('hookgate_config_last_reload_success_timestamp_seconds 2');
  expect(after.series.join('\n')).toContain('hookgate_checksum_matches_total{route="second"');
  expect(after.series.join('\n')).not.toMatch(
    /hookgate_(?:checksum_matches_total|allowlist_entries){route="first"/,
  );
});
