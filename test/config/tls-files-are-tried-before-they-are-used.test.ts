import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatProblem, type Problem } from '../../src/config/problem.ts';
import { readCa, readTls } from '../../src/config/tls-files.ts';
import { requireProgram } from '../support/require-program.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const openssl = requireProgram('openssl');

function certificate(directory: string, name: string): { certFile: string; keyFile: string } {
  const certFile = join(directory, `${name}.crt`);
  const keyFile = join(directory, `${name}.key`);
  const request = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '30',
  ];
  execFileSync('openssl', [...request, '-subj', '/CN=gate', '-keyout', keyFile, '-out', certFile], {
    stdio: 'pipe',
  });
  return { certFile, keyFile };
}

const told = (problems: readonly Problem[], directory: string) =>
  problems.map((problem) => formatProblem(problem).replaceAll(`${directory}/`, ''));

test.skipIf(openssl === undefined)('a pair that fits is taken, one that does not is named', () => {
  const directory = temporaryDirectory();
  const [a, b] = [certificate(directory, 'a'), certificate(directory, 'b')];
  const minVersion = 'TLSv1.2';
  expect(readTls({ ...a, minVersion })).toMatchObject({ kind: 'ok', warnings: [] });
  expect(readCa(a.certFile).kind).toBe('ok');

  const problemsOf = (certFile: string, keyFile: string) => {
    const read = readTls({ certFile, keyFile, minVersion });
    return read.kind === 'ok' ? [] : told(read.problems, directory);
  };
  const torn = join(directory, 'torn');
  writeFileSync(torn, '-----BEGIN CERTIFICATE-----\nMIIB');
  const locked = join(directory, 'locked.key');
  execFileSync('openssl', ['ec', '-aes128', '-passout', 'pass:secret', '-in', a.keyFile, '-out', locked], {
    stdio: 'pipe',
  });

  expect(problemsOf(a.certFile, b.keyFile)).toEqual([
    `b.key: found a key that does not belong to ${a.certFile.replace(`${directory}/`, '')}; expected the key of that certificate`,
  ]);
  expect(problemsOf(torn, a.keyFile)).toEqual([
    'torn: found no certificate that can be read; expected a certificate chain in PEM',
  ]);
  expect(problemsOf(a.certFile, torn)).toEqual([
    'torn: found no private key that can be used; expected a private key in PEM',
  ]);
  expect(problemsOf(a.certFile, locked)).toEqual([
    'locked.key: found an encrypted key; expected a key without passphrase',
  ]);
  expect(problemsOf(join(directory, 'x'), join(directory, 'y'))).toEqual([
    'x: found nothing there; expected a readable file',
    'y: found nothing there; expected a readable file',
  ]);
  expect(readCa(torn).kind).toBe('problems');
});

test.skipIf(openssl === undefined)('an expired certificate is a warning', () => {
  const pair = certificate(temporaryDirectory(), 'a');
  const inAYear = Date.now() + 365 * 86_400_000;
  const read = readTls({ ...pair, minVersion: 'TLSv1.2' }, inAYear);
  expect(read.kind === 'ok' && read.warnings[0]).toMatch(/a\.crt: the certificate expired on \d{4}-/);
});
