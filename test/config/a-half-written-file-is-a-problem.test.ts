import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readAllowlist } from '../../src/config/allowlist-file.ts';
import { loadYaml } from '../support/load-yaml.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('an allowlist cut off anywhere never reads as the empty list, and never as an address that was not written', async () => {
  const file = join(temporaryDirectory(), 'allowlist.yaml');
  const whole = 'addresses:\n  - 203.0.113.70\n  - { address: 198.51.100.0/24, note: sandbox }\n';
  const written = ['203.0.113.70', '198.51.100.0/24'];
  // An address cut short can be another address (203.0.113.7); the documentation tells to rename whole files.
  const cutShort = ['203.0.113.7'];
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(file, whole.slice(0, length));
    const read = await readAllowlist(file);
    if (read.kind === 'problems') continue;
    expect(read.entries.length, whole.slice(0, length)).toBeGreaterThan(0);
    for (const { range } of read.entries) expect([...written, ...cutShort]).toContain(range);
  }
});

test('a config cut off before its routes are whole is a problem', () => {
  const whole = 'upstream:\n  url: http://app:3000\nroutes:\n  - name: a\n    path: /webhooks/juicyway\n';
  const needed = whole.indexOf('/webhooks');
  for (let length = 0; length <= needed; length++) {
    expect(loadYaml(whole.slice(0, length)).kind, whole.slice(0, length)).toBe('problems');
  }
});
