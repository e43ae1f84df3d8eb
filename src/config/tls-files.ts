import { X509Certificate } from 'node:crypto';
import { dirname } from 'node:path';
import { nodeTls } from '../values/node-tls.ts';
import type { TlsFiles } from './config.ts';
import { type Problem, problemAt } from './problem.ts';
import { readBytes } from './read-file.ts';
import { readAtOneMoment } from './stable-mount.ts';

export type TlsRead =
  | {
      readonly kind: 'ok';
      /** PEM, the chain with the server's own certificate first. */
      readonly cert: Buffer;
      /** PEM. */
      readonly key: Buffer;
      /** End of the certificate's validity. */
      readonly validTo: Date;
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

export type CaRead =
  | { readonly kind: 'ok'; readonly ca: Buffer }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

const maxPemBytes = 1_048_576;

/**
 * Reads certificate and key and tries them together. An expired certificate is only a warning: with it most senders
 * fail, without it all do. Never throws.
 */
export function readTls(files: TlsFiles, nowMs: number = Date.now()): TlsRead {
  return readAtOneMoment(dirname(files.certFile), () => readPair(files, nowMs));
}

/** Reads a bundle of certificate authorities and tries it. Never throws. */
export function readCa(file: string): CaRead {
  const read = readBytes(file, maxPemBytes);
  if (read.kind === 'problem') return { kind: 'problems', problems: [read.problem] };
  if (!isBundle(read.bytes)) {
    return refuse(file, 'found no certificate that can be read', 'expected certificates in PEM');
  }
  return { kind: 'ok', ca: read.bytes };
}

/** Whether there are certificates in a PEM, each of which can be read. */
export function isBundle(pem: Buffer): boolean {
  const blocks = pem.toString('latin1').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  return blocks?.every((block) => parseCertificate(Buffer.from(block)) !== undefined) === true;
}

function readPair({ certFile, keyFile, minVersion }: TlsFiles, nowMs: number): TlsRead {
  const cert = readBytes(certFile, maxPemBytes);
  const key = readBytes(keyFile, maxPemBytes);
  if (cert.kind === 'problem' || key.kind === 'problem') {
    const problems = [cert, key].flatMap((read) => (read.kind === 'problem' ? [read.problem] : []));
    return { kind: 'problems', problems };
  }
  const certificate = parseCertificate(cert.bytes);
  if (certificate === undefined) {
    return refuse(certFile, 'found no certificate that can be read', 'expected a certificate chain in PEM');
  }
  try {
    nodeTls().createSecureContext({ cert: cert.bytes, key: key.bytes, minVersion });
  } catch (error) {
    return refuse(keyFile, ...keyPhrase(error, certFile));
  }
  const validTo = certificate.validToDate;
  const warnings: string[] = [];
  if (validTo.getTime() < nowMs)
    warnings.push(`${certFile}: the certificate expired on ${validTo.toISOString()}`);
  if (certificate.validFromDate.getTime() > nowMs) {
    warnings.push(
      `${certFile}: the certificate is valid only from ${certificate.validFromDate.toISOString()}`,
    );
  }
  return { kind: 'ok', cert: cert.bytes, key: key.bytes, validTo, warnings };
}

function parseCertificate(pem: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    // The library's reasons name its own source files; "cannot be read" is all that an operator can use.
    return undefined;
  }
}

function keyPhrase(error: unknown, certFile: string): [found: string, expected: string] {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.includes('KEY_VALUES_MISMATCH') || code.includes('KEY_TYPE_MISMATCH')) {
    return [`found a key that does not belong to ${certFile}`, 'expected the key of that certificate'];
  }
  if (/PASSPHRASE|PASSWORD|INTERRUPTED_OR_CANCELLED|BAD_DECRYPT/.test(code)) {
    return ['found an encrypted key', 'expected a key without passphrase'];
  }
  return ['found no private key that can be used', 'expected a private key in PEM'];
}

function refuse(source: string, found: string, expected: string): { kind: 'problems'; problems: Problem[] } {
  return { kind: 'problems', problems: [problemAt({ source }, '', found, expected)] };
}
