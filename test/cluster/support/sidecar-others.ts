/** What other people's webhooks do to pods, as policies of the API server: they run again after those of the chart. */
import { apply, kubectl } from './cluster.ts';

export interface OtherWebhook {
  remove(): void;
}

/** Acts on pods of the namespace that have the label `name: "yes"`; `mutation` is a CEL expression, a list of JSONPatch. */
export function addOtherWebhook(namespace: string, name: string, mutation: string): OtherWebhook {
  const metadata = { name: `zz-${namespace}-${name}` };
  const apiVersion = 'admissionregistration.k8s.io/v1';
  apply([
    {
      apiVersion,
      kind: 'MutatingAdmissionPolicy',
      metadata,
      spec: {
        failurePolicy: 'Fail',
        reinvocationPolicy: 'IfNeeded',
        matchConstraints: {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
          objectSelector: { matchLabels: { [name]: 'yes' } },
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
          ],
        },
        mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: mutation } }],
      },
    },
    {
      apiVersion,
      kind: 'MutatingAdmissionPolicyBinding',
      metadata,
      spec: { policyName: metadata.name },
    },
  ]);
  return {
    remove: () =>
      void kubectl([
        'delete',
        '--ignore-not-found',
        `mutatingadmissionpolicybinding/${metadata.name}`,
        `mutatingadmissionpolicy/${metadata.name}`,
      ]),
  };
}

/** A registry's mirror: images come from there. */
export const mirror = `(has(object.spec.initContainers) ? object.spec.initContainers : [])
  .transformList(i, c, !c.image.startsWith('mirror.internal/'), i)
  .map(i, JSONPatch{op: 'replace', path: '/spec/initContainers/' + string(i) + '/image',
    value: 'mirror.internal/cache/' + object.spec.initContainers[i].image})`;

/** A mesh that adds a container, once there is a sidecar, with these ports. */
export const meshWith = (ports: string): string =>
  `has(object.spec.initContainers) && object.spec.initContainers.exists(c, c.name == 'hookgate')
  && !object.spec.containers.exists(c, c.name == 'mesh')
  ? [JSONPatch{op: 'add', path: '/spec/containers/0', value: dyn({'name': dyn('mesh'), 'image': dyn('mesh:1'),
    'resources': dyn({'requests': dyn({'cpu': dyn('1m'), 'memory': dyn('1Mi')}), 'limits': dyn({'cpu': dyn('1m'), 'memory': dyn('1Mi')})}),
    'securityContext': dyn({'allowPrivilegeEscalation': dyn(false), 'capabilities': dyn({'drop': dyn([dyn('ALL')])})}),
    'ports': dyn([${ports}])})}]
  : []`;
