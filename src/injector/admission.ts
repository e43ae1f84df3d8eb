import { isMap } from '../values/is-map.ts';
import type { Operation } from './patch.ts';
import { type Pod, readPod } from './pod.ts';

/** What the API server asks (admission.k8s.io/v1), as far as it is used. */
export interface AdmissionRequest {
  readonly uid: string;
  readonly kind: string;
  readonly namespace: string;
  /** Of the object, or the beginning of it that the server completes later. */
  readonly name: string;
  readonly operation: string;
  readonly object: unknown;
}

export interface AdmissionAnswer {
  readonly uid: string;
  readonly allowed: boolean;
  /** For the person who typed the command, with `allowed: false`. */
  readonly sentence?: string;
  readonly warnings?: readonly string[];
  readonly patch?: readonly Operation[];
}

/** Reads an AdmissionReview; undefined for anything else, which is an error and never an allow. */
export function readAdmissionReview(body: unknown): AdmissionRequest | undefined {
  if (!isMap(body) || body.apiVersion !== 'admission.k8s.io/v1' || body.kind !== 'AdmissionReview')
    return undefined;
  const { request } = body;
  if (!isMap(request) || !isMap(request.kind)) return undefined;
  const { uid, operation, namespace = '' } = request;
  const { kind } = request.kind;
  if (typeof uid !== 'string' || uid === '' || typeof kind !== 'string' || typeof operation !== 'string')
    return undefined;
  if (typeof namespace !== 'string') return undefined;
  const metadata = isMap(request.object) && isMap(request.object.metadata) ? request.object.metadata : {};
  const name = [request.name, metadata.name, metadata.generateName].find(
    (text) => typeof text === 'string' && text !== '',
  );
  return { uid, kind, namespace, name: String(name ?? ''), operation, object: request.object };
}

/** The pod of a request that creates one; undefined for any other. */
export function readPodRequest({ kind, operation, object }: AdmissionRequest): Pod | undefined {
  return kind === 'Pod' && operation === 'CREATE' ? readPod(object) : undefined;
}

/** The answer as an AdmissionReview. */
export function renderAdmissionReview({ uid, allowed, sentence, warnings, patch }: AdmissionAnswer): string {
  const hasPatch = patch !== undefined && patch.length > 0;
  return JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed,
      ...(sentence !== undefined && { status: { code: 403, reason: 'Forbidden', message: sentence } }),
      ...(warnings !== undefined && warnings.length > 0 && { warnings: warnings.map(shortened) }),
      ...(hasPatch && {
        patchType: 'JSONPatch',
        patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
      }),
    },
  });
}

/** The API server cuts warnings that are longer together than 4,096 characters, and one at 256 when it must. */
function shortened(text: string): string {
  const most = 1000;
  return text.length > most ? `${text.slice(0, most - 3)}...` : text;
}
