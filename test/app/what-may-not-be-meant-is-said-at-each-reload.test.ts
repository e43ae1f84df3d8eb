import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Loaded, loadEverything } from '../../src/app/load/load.ts';
import { createReloader } from '../../src/app/serve/reloader.ts';
import type { Log } from '../../src/log/log.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** Files of two routes, and a reloader that follows them; `lines` are those of its log. */
async function followed() {
  const directory = temporaryDirectory();
  const [config, allowlist] = [join(directory, 'hookgate.yaml'), join(directory, 'allowlist.yaml')];
  const routes = ['paystack', 'stripe'].map((name) => {
    const keysDirectory = join(directory, name);
    mkdirSync(keysDirectory);
    writeFileSync(join(keysDirectory, 'live'), `secret-of-${name}`);
    return { name, path: `/webhooks/${name}`, scheme: name, keysDirectory };
  });
  const [paystack, stripe] = routes;
  const write = (mode: string) =>
    writeFileSync(
      config,
      JSON.stringify({
        upstream: { url: 'http://127.0.0.1:3000' },
        allowlist: { file: allowlist },
        routes: [paystack, { ...stripe, checksum: { mode } }],
      }),
    );
  write('enforce');
  writeFileSync(allowlist, 'addresses: [203.0.113.7]');
  const load = async (before?: Loaded) => loadEverything({ file: config, flags: {}, env: {} }, before);
  const first = await load();
  if (first.kind === 'problems') throw new Error(JSON.stringify(first.problems));
  let { loaded } = first;
  const lines: unknown[] = [];
  const note = (what: unknown, message?: string): void => void lines.push(message ?? what);
  const reloader = createReloader({
    load,
    current: () => loaded,
    adopt(next) {
      loaded = next;
    },
    log: { info: note, warn: note, error: note } as unknown as Log,
    metrics: createMetrics(),
    wallClock: () => 0,
  });
  onTestFinished(() => reloader.close());
  return { directory, allowlist, lines, reloader, write };
}

const isEmpty = 'the allowlist is empty, so every delivery is refused: add the addresses of the sender';

test('an allowlist that a reload empties is said as at the start', async () => {
  const { allowlist, lines, reloader } = await followed();
  writeFileSync(allowlist, 'addresses: []');
  await reloader.reload();
  expect(lines).toEqual(['reloaded', `${isEmpty} (route paystack)`, `${isEmpty} (route stripe)`]);
});

test('so is a check that only watches from now on', async () => {
  const { lines, reloader, write } = await followed();
  write('observe');
  await reloader.reload();
  expect(lines.slice(1)).toEqual([
    'checksum.mode is observe: forged events reach the application (route stripe)',
  ]);
});

test('and what is taken up although another part is not', async () => {
  const { directory, allowlist, lines, reloader } = await followed();
  writeFileSync(allowlist, 'addresses: []');
  writeFileSync(join(directory, 'stripe', 'live'), '');
  await reloader.reload();
  expect(lines).toEqual([
    'part of the reload failed; that part stays as it was before, the rest is in force',
    `${isEmpty} (route paystack)`,
    `${isEmpty} (route stripe)`,
  ]);
});
