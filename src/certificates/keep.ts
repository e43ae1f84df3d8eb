import { type Api, type ApiAnswer, unwantedAnswer } from '../kubernetes/api.ts';
import type { Issuer } from './issue.ts';
import { type Certificates, type RotationRules, rotate } from './rotate.ts';
import { certificatesIn, entriesOf } from './secret-data.ts';

export interface KeptIn {
  readonly namespace: string;
  readonly secret: string;
}

/**
 * Looks at the Secret, rotates what is due, and returns what is in force. Several replicas may do this at once: the
 * Secret's resourceVersion lets one of them win, and the others take over what it wrote. Rejects with a sentence.
 */
export async function keepCertificates(
  api: Api,
  { namespace, secret }: KeptIn,
  rules: RotationRules,
  issuer: Issuer,
  now: () => Date,
): Promise<Certificates> {
  const path = `/api/v1/namespaces/${namespace}/secrets/${secret}`;
  const attempts = 5;
  for (let attempt = 1; ; attempt++) {
    const read = await api.call('GET', path);
    if (read.status !== 200)
      throw new Error(`Secret ${namespace}/${secret} cannot be read: ${unwantedAnswer(read)}`);
    const object = read.body as SecretObject;
    const present = certificatesIn(decoded(object.data));
    const wanted = await rotate(present, rules, issuer, now());
    if (wanted === present) return present;
    const written = await api.call('PUT', path, { ...object, data: encoded(entriesOf(wanted)) });
    if (written.status === 200) return wanted;
    if (written.status !== 409 || attempt >= attempts)
      throw new Error(`Secret ${namespace}/${secret} cannot be written: ${unwantedAnswer(written)}`);
  }
}

/** Lets every webhook of a configuration trust `bundle` (PEM); says whether anything had to change. */
export async function trustBundle(
  api: Api,
  kind: 'mutatingwebhookconfigurations' | 'validatingwebhookconfigurations',
  name: string,
  bundle: string,
): Promise<boolean> {
  const path = `/apis/admissionregistration.k8s.io/v1/${kind}/${name}`;
  const read = await api.call('GET', path);
  if (read.status !== 200) throw refused(kind, name, 'read', read);
  const caBundle = Buffer.from(bundle).toString('base64');
  const { webhooks = [] } = read.body as { webhooks?: readonly Webhook[] };
  const patch = webhooks.flatMap((webhook, index) =>
    webhook.clientConfig?.caBundle === caBundle
      ? []
      : [
          // A webhook that has moved in the list since must not get another's trust.
          { op: 'test', path: `/webhooks/${index}/name`, value: webhook.name },
          { op: 'add', path: `/webhooks/${index}/clientConfig/caBundle`, value: caBundle },
        ],
  );
  if (patch.length === 0) return false;
  const written = await api.call('PATCH', path, patch, 'application/json-patch+json');
  if (written.status !== 200) throw refused(kind, name, 'patched', written);
  return true;
}

interface SecretObject {
  readonly data?: Readonly<Record<string, string>>;
}

interface Webhook {
  readonly name: string;
  readonly clientConfig?: { readonly caBundle?: string };
}

function refused(kind: string, name: string, done: string, answer: ApiAnswer): Error {
  return new Error(`${kind} ${name} cannot be ${done}: ${unwantedAnswer(answer)}`);
}

function decoded(data: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([name, text]) => [name, Buffer.from(text, 'base64').toString()]),
  );
}

function encoded(entries: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(entries).map(([name, text]) => [name, Buffer.from(text).toString('base64')]),
  );
}
