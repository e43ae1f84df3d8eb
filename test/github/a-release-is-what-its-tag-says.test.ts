import { expect, test } from 'vitest';
import { notesOf, obstacles } from '../../scripts/release.ts';

const changelog = '# Changes\n\n## 0.2.0, 2027-01-01\n\n- second\n\n## 0.1.0, 2026-01-01\n\n- first\n';

test('the notes are the section of that version and no other', () => {
  expect(notesOf('0.1.0', changelog)).toBe('- first');
  expect(notesOf('0.2.0', changelog)).toBe('- second');
  expect(notesOf('0.2', changelog)).toBeUndefined();
});

test('a tag that is not the version of package, chart and changelog is refused with each place', () => {
  expect(obstacles('v9.9.9')).toEqual([
    expect.stringContaining('package.json says'),
    expect.stringContaining('version in Chart.yaml says'),
    expect.stringContaining('appVersion in Chart.yaml says'),
    expect.stringContaining('CHANGELOG.md has no section 9.9.9'),
  ]);
});
