import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config/load-config.ts';
import { formatProblem } from '../../../src/config/problem.ts';
import { rule, type Target } from '../target.ts';

const directory = mkdtempSync(join(tmpdir(), 'hookgate-fuzz-config-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
const file = join(directory, 'hookgate.yaml');
const documented = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
const examples = [...documented.matchAll(/^```yaml config\n([\s\S]*?)^```/gm)].map(([, text = '']) => text);

/** Whatever is in the file, it is loaded, the same each time, or answered with sentences; nothing is thrown. */
export const target: Target = {
  name: 'config',
  seeds: [
    'upstream: { url: http://app:3000 }\n',
    'upstream: { url: http://app:3000 }\nroutes: [{ name: a, path: /a, scheme: stripe, keysDirectory: /k, events: [a.*] }]\n',
    'upstream: &u { url: http://app:3000 }\nlisten: { port: 8443, tls: { certFile: /c, keyFile: /k } }\n',
    ...examples,
  ]
    .filter((text) => text.length < 3000)
    .map((text) => Buffer.from(text)),
  words: [
    'upstream:',
    'url: ',
    'http://a',
    'routes:',
    '- ',
    'name: ',
    'path: ',
    'scheme: ',
    'stripe',
    '{',
    '}',
    '[',
    ']',
    ': ',
    '\n',
    '\n  ',
    '&a ',
    '*a',
    '<<: ',
    '!!binary ',
    '"',
    "'",
    '|',
    '? ',
    '---\n',
    '%YAML 1.1\n',
    '__proto__: ',
    'constructor: ',
    'null',
    '0x1f',
    '1e3',
    '.nan',
    '10s',
    '1KiB',
    '\u0000',
    '\ufeff',
    'redis',
    'signing:',
    'tolerance: ',
  ],
  fuzz: (data) => {
    writeFileSync(file, data);
    const sources = { file, env: {}, flags: {} };
    const loaded = loadConfig(sources);
    if (loaded.kind === 'ok') {
      const again = loadConfig(sources);
      rule(again.kind === 'ok' && again.digest === loaded.digest, 'loaded otherwise the second time');
      return;
    }
    rule(loaded.problems.length > 0, 'refused without a problem');
    for (const problem of loaded.problems) {
      const sentence = formatProblem(problem);
      rule(!/\[object |\n/.test(sentence), `no sentence: ${sentence}`);
    }
  },
};
