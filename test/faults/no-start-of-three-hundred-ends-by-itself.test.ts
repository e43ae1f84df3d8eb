import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { broken, startByTens } from '../support/starts-by-tens.ts';

/** On one core and on two: half of them without a file, half with a million keys in it. */
const half = 150;

test.for([
  { cores: '0', keys: 0 },
  { cores: '0', keys: 1_000_000 },
  { cores: '0,1', keys: 0 },
  { cores: '0,1', keys: 1_000_000 },
])(
  'of 150 starts by tens on the cores $cores, with $keys keys in the file, none ends by itself',
  { timeout: 1_200_000 },
  async ({ cores, keys }, { skip }) => {
    if (cores !== '0' && availableParallelism() < 2) return skip('this machine has one core');
    const lives = await startByTens({ starts: half, cores, keys });
    console.log(`cores ${cores}, ${keys} keys: ${lives.length} starts, ${broken(lives).length} broken`);
    expect(lives).toHaveLength(half);
    expect(broken(lives)).toEqual([]);
  },
);
