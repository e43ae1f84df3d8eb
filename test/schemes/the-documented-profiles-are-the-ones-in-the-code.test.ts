import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withProfileTable } from '../../scripts/profile-table.ts';
import { profileYaml } from '../../src/schemes/profile-yaml.ts';
import { profiles } from '../../src/schemes/profiles.ts';
import { loadYaml } from '../support/load-yaml.ts';

test('the table of docs/schemes.md is what scripts/profile-table.ts writes', () => {
  const page = readFileSync(new URL('../../docs/schemes.md', import.meta.url), 'utf8');
  expect(withProfileTable(page)).toBe(page);
  expect(page).toContain('| `stripe` |');
});

test.each(profiles.map((profile) => [profile.name, profile] as const))(
  '%s says its sources and its retries, and what it prints is a scheme',
  (_name, profile) => {
    expect(profile.sources.length).toBeGreaterThan(0);
    expect(profile.triesAgainFor).not.toBe('');
    const yaml = profileYaml(profile)
      .replace('signature: ""', 'signature: "header:X-S"')
      .replace('publicUrl: ""', `publicUrl: "https://a.example/b"`)
      .replace(/^/gm, '    ');
    const text = `upstream: { url: http://app }\nroutes:\n  - name: a\n    path: /a\n    keysDirectory: /k\n    events: [${profile.event === '' ? '"*"' : 'x'}]\n${yaml}`;
    expect(loadYaml(text)).toMatchObject({ kind: 'ok' });
  },
);
