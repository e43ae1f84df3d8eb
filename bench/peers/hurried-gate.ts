/**
 * The gate with a store whose time is short: `hurried-gate SERVE_FLAGS --retention-ms N --sweep-every-ms N
 * --stalls FILE`. The configuration takes no retention under 48 hours, so the store gets a shorter one behind its
 * back; and its clocks jump over the five minutes after the start in which it removes nothing. At SIGUSR2 it writes the
 * longest stall of its event loop since the last time, in milliseconds, to FILE.
 */
import { parseArgs } from 'node:util';
import { startGate } from '../../src/app/serve/serve.ts';
import { openEmbeddedStore } from '../../src/stores/embedded/embedded-store.ts';
import { writeStallsTo } from './write-stalls.ts';

const text = { type: 'string', default: '' } as const;
const { values } = parseArgs({
  options: {
    upstream: text,
    path: text,
    listen: text,
    admin: text,
    'keys-directory': text,
    allow: text,
    'store-file': text,
    'retention-ms': text,
    'sweep-every-ms': text,
    stalls: text,
  },
});

let aheadMs = 0;
const started = await startGate(
  {
    file: undefined,
    flags: {
      upstream: values.upstream,
      path: values.path,
      listen: values.listen,
      admin: values.admin,
      keysDirectory: values['keys-directory'],
      allow: [values.allow],
      storeFile: values['store-file'],
    },
    env: {},
  },
  {
    async openStore(_config, clocks, log) {
      const store = await openEmbeddedStore({
        file: values['store-file'],
        now: () => clocks.now() + aheadMs,
        wallClock: () => clocks.wallClock() + aheadMs,
        lockWaitMs: 10_000,
        sweepEveryMs: Number(values['sweep-every-ms']),
        log,
      });
      const retentionMs = Number(values['retention-ms']);
      return { ...store, confirm: (key, token) => store.confirm(key, token, retentionMs) };
    },
  },
);
if (started.kind !== 'running') throw new Error(JSON.stringify(started));
aheadMs = 10 * 60_000;

writeStallsTo(values.stalls);
process.on('SIGTERM', () => process.exit());
