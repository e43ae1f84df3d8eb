import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** What gives undefined where a program is missing. */
const lenders = 'requireProgram|selfSignedCertificate|startNginx|startHaproxy|startBrowser';

test('no test passes because a program is missing: it ends with skip()', () => {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.test.ts'),
  );
  const passing = files.flatMap((file) => {
    const text = readFileSync(`test/${file}`, 'utf8');
    // At the left edge they are asked once for the file, whose tests are `skipIf`.
    const lent = [...text.matchAll(new RegExp(`^ +const (\\w+) = (?:await )?(?:${lenders})\\(`, 'gm'))];
    return lent
      .map(([, name]) => name ?? '')
      .filter((name) => new RegExp(`if \\([^)\\n]*\\b${name} === undefined[^)\\n]*\\) return;`).test(text))
      .map((name) => `${file}: ${name}`);
  });
  expect(passing).toEqual([]);
});

test('and none goes on as if it were there, or passes without a name for the answer', () => {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const deaf = new RegExp(`^ *(?:await )?(?:${lenders})\\(.*\\);$|if \\((?:${lenders})\\(.*\\) return;`, 'm');
  expect(files.filter((file) => deaf.test(readFileSync(`test/${file}`, 'utf8')))).toEqual([]);
});
