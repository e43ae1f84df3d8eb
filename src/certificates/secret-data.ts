import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Certificates } from './rotate.ts';

/** Entries of a Secret, decoded. */
export type SecretEntries = Readonly<Record<string, string>>;

export function entriesOf({ authority, leaf, next, former }: Certificates): SecretEntries {
  return {
    'ca.crt': authority.cert,
    'ca.key': authority.key,
    'tls.crt': leaf.cert,
    'tls.key': leaf.key,
    ...(next && {
      'next-ca.crt': next.cert,
      'next-ca.key': next.key,
      'next-ca.since': next.since.toISOString(),
    }),
    ...(former && { 'former-ca.crt': former.cert, 'former-ca.since': former.since.toISOString() }),
  };
}

/** Undefined where the Secret is empty, or somebody broke what was in it: then all is made anew. */
export function certificatesIn(entries: SecretEntries): Certificates | undefined {
  const authority = pair(entries, 'ca');
  const leaf = pair(entries, 'tls');
  if (authority === undefined || leaf === undefined) return undefined;
  const next = pair(entries, 'next-ca');
  const formerCert = entries['former-ca.crt'];
  const nextSince = date(entries['next-ca.since']);
  const formerSince = date(entries['former-ca.since']);
  return {
    authority,
    leaf,
    next: next && nextSince && { ...next, since: nextSince },
    former:
      formerCert !== undefined && formerSince !== undefined && isCertificate(formerCert)
        ? { cert: formerCert, since: formerSince }
        : undefined,
  };
}

function pair(entries: SecretEntries, name: string): { cert: string; key: string } | undefined {
  const cert = entries[`${name}.crt`];
  const key = entries[`${name}.key`];
  if (cert === undefined || key === undefined || !isCertificate(cert)) return undefined;
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)) ? { cert, key } : undefined;
  } catch {
    // No key at all: as good as none.
    return undefined;
  }
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).validTo !== '';
  } catch {
    return false;
  }
}

function date(text: string | undefined): Date | undefined {
  const value = new Date(text ?? '');
  return Number.isNaN(value.getTime()) ? undefined : value;
}
