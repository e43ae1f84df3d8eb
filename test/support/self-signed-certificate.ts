import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { requireProgram } from './require-program.ts';

/**
 * A certificate that vouches for `names` (such as `DNS:localhost` or `IP:127.0.0.1`) and for itself, made by
 * openssl; undefined where openssl is missing.
 */
export function selfSignedCertificate(names: readonly string[]): { key: string; cert: string } | undefined {
  const openssl = requireProgram('openssl');
  if (openssl === undefined) return undefined;
  const directory = mkdtempSync(join(tmpdir(), 'hookgate-certificate-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const keyFile = join(directory, 'key.pem');
  const certFile = join(directory, 'cert.pem');
  const made = spawnSync(
    openssl,
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
      .concat(['-subj', '/CN=hookgate test', '-addext', `subjectAltName=${names.join(',')}`])
      .concat(['-keyout', keyFile, '-out', certFile]),
    { encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr}`);
  return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') };
}
