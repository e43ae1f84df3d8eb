import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** Where the addresses stand that somebody has to write when the project gets a home; CONTRIBUTING.md tells of them. */
const places = ['CONTRIBUTING.md', 'charts/hookgate/Chart.yaml', 'package.json'];

test('the project names no home but placeholders, and those where CONTRIBUTING says', () => {
  const found = spawnSync(
    'git',
    ['grep', '--files-with-matches', 'hookgate\\.example', '--', ':!test/github'],
    {
      encoding: 'utf8',
    },
  );
  expect(found.stdout.trim().split('\n').sort()).toEqual(places);
});
