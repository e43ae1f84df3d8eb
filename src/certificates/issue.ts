import { createPrivateKey, KeyObject, webcrypto } from 'node:crypto';
import type * as X509 from '@peculiar/x509';

/** A certificate and its private key, PEM (PKCS #8). */
export interface KeyedCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface Issuer {
  /** A certificate authority that may sign leaves and nothing else. */
  authority(notAfter: Date, now: Date): Promise<KeyedCertificate>;
  /** A server's certificate for these DNS names; it ends no later than its authority. */
  leaf(
    authority: KeyedCertificate,
    names: readonly string[],
    notAfter: Date,
    now: Date,
  ): Promise<KeyedCertificate>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** Clocks of API servers differ a little from ours. */
const backdateMs = 5 * 60_000;

/** Loads the library: 150 kB that no other command needs. */
export async function createIssuer(): Promise<Issuer> {
  const { x509 } = await import('./x509.ts');
  x509.cryptoProvider.set(webcrypto);
  return {
    async authority(notAfter, now) {
      const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      const certificate = await x509.X509CertificateGenerator.createSelfSigned({
        name: `CN=hookgate injector ${now.toISOString()}`,
        notBefore: new Date(now.getTime() - backdateMs),
        notAfter,
        signingAlgorithm: algorithm,
        keys: keys,
        extensions: [
          new x509.BasicConstraintsExtension(true, 0, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        ],
      });
      return { cert: pem(certificate), key: await privatePem(keys.privateKey) };
    },
    async leaf(authority, names, notAfter, now) {
      const issuer = new x509.X509Certificate(authority.cert);
      const signingKey = await webcrypto.subtle.importKey(
        'pkcs8',
        createPrivateKey(authority.key).export({ format: 'der', type: 'pkcs8' }),
        algorithm,
        false,
        ['sign'],
      );
      const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      const certificate = await x509.X509CertificateGenerator.create({
        subject: `CN=${names[0]}`,
        issuer: issuer.subject,
        notBefore: new Date(now.getTime() - backdateMs),
        notAfter: new Date(Math.min(notAfter.getTime(), issuer.notAfter.getTime())),
        signingAlgorithm: algorithm,
        publicKey: keys.publicKey,
        signingKey: signingKey,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
          new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value }))),
          await x509.AuthorityKeyIdentifierExtension.create(issuer),
        ],
      });
      return { cert: pem(certificate), key: await privatePem(keys.privateKey) };
    },
  };
}

function pem(certificate: X509.X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`;
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  return KeyObject.from(key).export({ format: 'pem', type: 'pkcs8' }).toString();
}
