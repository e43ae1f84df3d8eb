import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { canBeFirst, endsOfStarts, startSignalled } from '../support/signalled-starts.ts';

// A signal that is lost leaves a gate that runs on, and a test that does not end. `npm run test:faults` has hundreds.
const moments = [0, 5, 10, 20, 40, 60, 80, 120, 180, 260];

test.for([false, true])(
  'SIGTERM at any moment of a start ends it with 0 (first process: %s)',
  async (first, { skip }) => {
    if (first && !(await canBeFirst())) return skip('unshare --pid may not be called here');
    expect(await endsOfStarts(moments, { first })).toEqual(moments.map(() => 0));
  },
);

test('SIGTERM as it says that it is ready ends it with 0', async () => {
  for (let times = 0; times < 5; times++) {
    const start = startSignalled({ first: false });
    await start.ready;
    start.kill('SIGTERM');
    expect(await start.exit).toBe(0);
  }
});

test.for(['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const)('%s during a start ends nothing', async (signal) => {
  const start = startSignalled({ first: false });
  await start.listening;
  start.kill(signal);
  await start.ready;
  start.kill('SIGTERM');
  expect(await start.exit).toBe(0);
});

test.for([false, true])(
  'a second signal at any moment of a stop ends it at once, with 1 (first process: %s)',
  async (first, { skip }) => {
    if (first && !(await canBeFirst())) return skip('unshare --pid may not be called here');
    for (const afterMs of [0, 3, 30]) {
      const start = startSignalled({ first, drain: '1h' });
      await start.ready;
      start.kill('SIGTERM');
      await sleep(afterMs);
      // Two signals of a kind that nobody has looked at yet are one.
      start.kill('SIGINT');
      expect(await start.exit).toBe(1);
    }
  },
);
