import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { applyJsonPatch, type PatchOperation } from './apply-json-patch.ts';
import { temporaryDirectory } from './temporary-directory.ts';

type Stored = { metadata: { resourceVersion: string }; [key: string]: unknown };

/** The few calls of an API server that the injector makes, with its rule of optimistic concurrency. */
export interface FakeKubernetes {
  readonly url: string;
  /** Files as the kubelet mounts them. */
  readonly caFile: string;
  readonly tokenFile: string;
  /** Path → object; missing is 404. */
  readonly objects: Map<string, Stored>;
  /** Paths that answer 403. */
  readonly forbidden: Set<string>;
  /** `METHOD path status`, in order. */
  readonly calls: string[];
  put(path: string, object: object): void;
  /** What a list of this path has. */
  list(path: string, items: readonly object[]): void;
  /** Events that were written, each name once. */
  readonly events: { metadata: { name: string }; [key: string]: unknown }[];
  /** Runs once before the next write to this path: somebody else comes first. */
  beforeWrite: (() => void) | undefined;
}

export const secretPath = '/api/v1/namespaces/hookgate/secrets/hookgate-injector-tls';
const mutatingPath = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/hookgate-injector';
export const validatingPath =
  '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/hookgate-injector';

export async function fakeKubernetes(): Promise<FakeKubernetes> {
  const directory = temporaryDirectory();
  const tokenFile = join(directory, 'token');
  const caFile = join(directory, 'ca.crt');
  writeFileSync(tokenFile, 'token-1\n');
  writeFileSync(caFile, '');
  const fake: Omit<FakeKubernetes, 'url'> & { url: string } = {
    url: '',
    caFile,
    tokenFile,
    objects: new Map(),
    forbidden: new Set(),
    calls: [],
    beforeWrite: undefined,
    events: [],
    list(path, items) {
      fake.put(path, { metadata: {}, items });
    },
    put(path, object) {
      const version = Number(fake.objects.get(path)?.metadata.resourceVersion ?? 0) + 1;
      const metadata = { ...(object as Stored).metadata, resourceVersion: String(version) };
      fake.objects.set(path, { ...object, metadata });
    },
  };
  fake.put('/version', { gitVersion: 'v1.36.3' });
  fake.put(secretPath, { kind: 'Secret', type: 'Opaque' });
  fake.put(mutatingPath, { webhooks: [{ name: 'pods', clientConfig: {} }] });
  fake.put(validatingPath, { webhooks: [{ name: 'templates', clientConfig: {} }] });

  for (const kind of ['mutatingwebhookconfigurations', 'mutatingadmissionpolicies'])
    fake.list(`/apis/admissionregistration.k8s.io/v1/${kind}`, []);
  for (const path of ['/api/v1/namespaces', '/api/v1/pods', '/api/v1/services']) fake.list(path, []);
  for (const kind of ['pods', 'services']) fake.list(`/api/v1/namespaces/shop/${kind}`, []);

  const server = createServer(async (request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const { status, body } = await answer(request, path);
    fake.calls.push(`${request.method} ${path} ${status}`);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  const answer = async (request: IncomingMessage, path: string) => {
    if (request.headers.authorization !== 'Bearer token-1') return refusal(401, 'Unauthorized');
    if (fake.forbidden.has(path)) return refusal(403, `user cannot ${request.method} ${path}`);
    const text = (await request.toArray()).join('');
    if (request.method !== 'GET') {
      fake.beforeWrite?.();
      fake.beforeWrite = undefined;
    }
    if (request.method === 'POST') {
      const event = JSON.parse(text) as (typeof fake.events)[number];
      if (fake.events.some(({ metadata }) => metadata.name === event.metadata.name))
        return refusal(409, 'it already exists');
      fake.events.push(event);
      return { status: 201, body: event };
    }
    const stored = fake.objects.get(path);
    if (stored === undefined) return refusal(404, `${path} not found`);
    if (request.method === 'GET') return { status: 200, body: stored };
    const sent = JSON.parse(text) as Stored & readonly PatchOperation[];
    if (request.method === 'PATCH') fake.put(path, applyJsonPatch(stored, sent) as object);
    else if (sent.metadata.resourceVersion !== stored.metadata.resourceVersion)
      return refusal(409, 'the object has been modified');
    else fake.put(path, sent);
    return { status: 200, body: fake.objects.get(path) };
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return fake;
}

function refusal(status: number, message: string) {
  return { status, body: { kind: 'Status', message } };
}

/** The caBundle of a configuration's first webhook, PEM. */
export function bundleIn(fake: FakeKubernetes, path = mutatingPath): string {
  const { webhooks } = fake.objects.get(path) as unknown as {
    webhooks: { clientConfig: { caBundle?: string } }[];
  };
  return Buffer.from(webhooks[0]?.clientConfig.caBundle ?? '', 'base64').toString();
}
