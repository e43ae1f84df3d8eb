import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createIssuer } from '../../certificates/issue.ts';
import { keepCertificates, trustBundle } from '../../certificates/keep.ts';
import { bundleOf, validTo } from '../../certificates/rotate.ts';
import type { InjectConfig } from '../../config/inject-schema.ts';
import { formatProblem } from '../../config/problem.ts';
import { readTls } from '../../config/tls-files.ts';
import type { Api } from '../../kubernetes/api.ts';

/** What is served, and until when it holds. */
export interface InForce {
  readonly cert: string;
  readonly key: string;
  readonly validTo: Date;
  /** Undefined where the authority is none of this server's business. */
  readonly authorityValidTo: Date | undefined;
}

/** Finds out which certificate is to be served now, and lets the webhooks trust it first. Rejects with a sentence. */
export type CertificateSource = () => Promise<InForce>;

export async function createCertificateSource(
  { certificates, kubernetes }: InjectConfig,
  api: Api,
  now: () => Date,
): Promise<CertificateSource> {
  const { mutatingWebhook, validatingWebhook } = kubernetes;
  const trust = async (bundle: string): Promise<void> => {
    await trustBundle(api, 'mutatingwebhookconfigurations', mutatingWebhook, bundle);
    if (validatingWebhook !== '')
      await trustBundle(api, 'validatingwebhookconfigurations', validatingWebhook, bundle);
  };
  if (certificates.mode !== 'selfManaged') {
    return async () => {
      const inForce = readFiles(certificates.directory, now());
      if (certificates.mode === 'existingSecret')
        await trust(await readFile(join(certificates.directory, 'ca.crt'), 'utf8'));
      return inForce;
    };
  }
  const { namespace, service } = kubernetes;
  const rules = {
    names: [`${service}.${namespace}.svc`, `${service}.${namespace}.svc.cluster.local`],
    caLifeMs: certificates.caLife,
    leafLifeMs: certificates.leafLife,
    overlapMs: certificates.overlap,
  };
  const issuer = await createIssuer();
  return async () => {
    const kept = await keepCertificates(api, { namespace, secret: certificates.secret }, rules, issuer, now);
    // Trusted first, served after.
    await trust(bundleOf(kept));
    return { ...kept.leaf, validTo: validTo(kept.leaf), authorityValidTo: validTo(kept.authority) };
  };
}

function readFiles(directory: string, now: Date): InForce {
  const read = readTls(
    { certFile: join(directory, 'tls.crt'), keyFile: join(directory, 'tls.key'), minVersion: 'TLSv1.2' },
    now.getTime(),
  );
  if (read.kind === 'problems') throw new Error(read.problems.map(formatProblem).join('; '));
  return {
    cert: read.cert.toString(),
    key: read.key.toString(),
    validTo: read.validTo,
    authorityValidTo: undefined,
  };
}
