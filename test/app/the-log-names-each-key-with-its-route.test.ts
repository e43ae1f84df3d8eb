import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadEverything } from '../../src/app/load/load.ts';
import { sayWhatIsInForce } from '../../src/app/serve/in-force.ts';
import type { Log } from '../../src/log/log.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('keys and the length of the allowlist stand beside the route that they are of', async () => {
  const directory = temporaryDirectory();
  const routes = ['paystack', 'stripe'].map((name, index) => {
    const keysDirectory = join(directory, name);
    const file = join(directory, `${name}.yaml`);
    mkdirSync(keysDirectory);
    writeFileSync(join(keysDirectory, 'live'), `secret-of-${name}`);
    writeFileSync(file, `addresses: [${['203.0.113.7', '203.0.113.8'].slice(index)}]`);
    return { name, path: `/webhooks/${name}`, scheme: name, keysDirectory, allowlist: { file } };
  });
  const config = join(directory, 'hookgate.yaml');
  writeFileSync(config, JSON.stringify({ upstream: { url: 'http://127.0.0.1:3000' }, routes }));
  const read = await loadEverything({ file: config, flags: {}, env: {} });
  if (read.kind === 'problems') throw new Error(JSON.stringify(read.problems));
  const lines: object[] = [];
  const note = (line: object): void => void lines.push(line);
  sayWhatIsInForce({ info: note, warn: note, error: note } as unknown as Log, read.loaded, {});
  expect(lines.at(-1)).toMatchObject({
    routes: [
      { name: 'paystack', scheme: 'paystack', keys: ['live'], allowlist: 2 },
      { name: 'stripe', scheme: 'stripe', keys: ['live'], allowlist: 1 },
    ],
  });
});
