import { describe, expect, test } from 'vitest';
import { broken, startByTens } from '../support/starts-by-tens.ts';

// Something in the process that two threads changed at once ended one start in thirty. `npm run test:faults` has three
// hundred of each row.
describe.for([
  { cores: '0', keys: 0 },
  { cores: '0', keys: 100_000 },
  { cores: '0,1', keys: 0 },
  { cores: '0,1', keys: 100_000 },
])('on the cores $cores, with $keys keys in the file', ({ cores, keys }) => {
  test('ten starts at once: all run until they are told to stop, and complain of nothing', async () => {
    const lives = await startByTens({ starts: 10, cores, keys });
    expect(lives).toHaveLength(10);
    expect(broken(lives)).toEqual([]);
  });
});
