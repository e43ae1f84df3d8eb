import { createHash } from 'node:crypto';
import { type Api, unwantedAnswer } from './api.ts';

/**
 * Writes a warning event beside a pod, for `kubectl describe pod`. Its name comes from the pod and from what it is about, so
 * that a second one, of another replica or a later look, is known to be there; the cluster forgets events after an hour,
 * and the next look writes it again. Rejects with a sentence where it cannot be written for another reason.
 */
export async function recordEvent(
  api: Api,
  pod: { readonly namespace: string; readonly name: string; readonly uid: string },
  event: {
    /** Tells one event of the pod from another. */
    readonly about: string;
    readonly reason: string;
    /** At most 1,024 bytes are kept. */
    readonly message: string;
    readonly now: Date;
  },
): Promise<void> {
  const { namespace, name, uid } = pod;
  const mark = createHash('sha256')
    .update(`${uid} ${event.reason} ${event.about}`)
    .digest('hex')
    .slice(0, 16);
  const at = event.now.toISOString().replace(/\.\d+Z$/, 'Z');
  const answer = await api.call('POST', `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`, {
    apiVersion: 'v1',
    kind: 'Event',
    // A cut may end in what no part of a name may end in.
    metadata: { name: `${name.slice(0, 200).replace(/[-.]+$/, '')}.${mark}`, namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
    reason: event.reason,
    message: event.message.slice(0, 1000),
    type: 'Warning',
    source: { component: 'hookgate-injector' },
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  });
  // 409: it is there. 404: the namespace has gone meanwhile.
  if (![201, 404, 409].includes(answer.status))
    throw new Error(`an event of ${name}: ${unwantedAnswer(answer)}`);
}
