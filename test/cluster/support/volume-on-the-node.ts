/** A PersistentVolume in a directory of the node, for clusters without a provisioner. */
import { apply, kubectl, nodeIn } from './cluster.ts';
import { image } from './image.ts';

export interface NodeVolume {
  /** Values of the chart that claim this volume. */
  readonly values: readonly string[];
  remove(): void;
}

/** `name` is unlike any other in the cluster; it names the volume, its label and a namespace of its own. */
export function createNodeVolume(name: string, node: string): NodeVolume {
  const path = `/var/tmp/${name}`;
  apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }]);
  apply([persistentVolume(name, node, path), keeper(name, node, path)]);
  kubectl(['wait', '--namespace', name, '--for=condition=Ready', 'pod/keeper', '--timeout=120s']);
  return {
    values: [
      'persistence.enabled=true',
      'persistence.storageClassName=-',
      `persistence.selector.hookgate-test=${name}`,
    ],
    remove() {
      const empty = `const fs = await import('node:fs'); for (const file of fs.readdirSync('/volume')) fs.rmSync('/volume/' + file, { recursive: true })`;
      nodeIn(name, 'keeper', empty);
      kubectl(['delete', 'namespace', name, '--wait=false']);
      kubectl(['delete', 'persistentvolume', name, '--wait=false']);
    },
  };
}

function persistentVolume(name: string, node: string, path: string) {
  const onNode = { key: 'kubernetes.io/hostname', operator: 'In', values: [node] };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, labels: { 'hookgate-test': name } },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      hostPath: { path, type: 'DirectoryOrCreate' },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [onNode] }] } },
    },
  };
}

/** Root, since the kubelet makes such a directory for root and does not apply fsGroup to it. */
function keeper(name: string, node: string, path: string) {
  const script = "require('node:fs').chmodSync('/volume', 0o777); setInterval(() => {}, 1e9)";
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'keeper', namespace: name },
    spec: {
      nodeName: node,
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'node',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['/nodejs/bin/node', '-e', script],
          securityContext: { runAsUser: 0 },
          volumeMounts: [{ name: 'volume', mountPath: '/volume' }],
        },
      ],
      volumes: [{ name: 'volume', hostPath: { path, type: 'DirectoryOrCreate' } }],
    },
  };
}
