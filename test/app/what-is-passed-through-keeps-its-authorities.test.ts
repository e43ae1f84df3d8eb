import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadEverything } from '../../src/app/load/load.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** A configuration in which every route has an application of its own, and other paths go to the one for all. */
function sources(authorities: string) {
  const directory = temporaryDirectory();
  const keys = join(directory, 'keys');
  const caFile = join(directory, 'ca.pem');
  const file = join(directory, 'hookgate.yaml');
  mkdirSync(keys);
  writeFileSync(join(keys, 'primary'), 'business-id');
  writeFileSync(caFile, authorities);
  writeFileSync(join(directory, 'allowlist.yaml'), 'addresses: [127.0.0.1]\n');
  writeFileSync(
    file,
    `upstream: { url: "https://application.test", caFile: ${caFile} }
otherPaths: passthrough
allowlist: { file: ${join(directory, 'allowlist.yaml')} }
checksum: { keysDirectory: ${keys} }
routes: [{ name: juicyway, path: /webhooks/juicyway, upstream: { url: "http://billing.test" } }]
`,
  );
  return { file, env: {}, flags: {} };
}

test('where each route has an application of its own', async ({ skip }) => {
  const certificate = selfSignedCertificate(['IP:127.0.0.1']);
  if (certificate === undefined) return skip();
  const result = await loadEverything(sources(certificate.cert));
  expect(result.kind === 'ok' && result.loaded.upstreamCa?.toString()).toBe(certificate.cert);
});

test('and a file that holds none is a problem', async () => {
  expect(await loadEverything(sources('no certificate'))).toMatchObject({ kind: 'problems' });
});
