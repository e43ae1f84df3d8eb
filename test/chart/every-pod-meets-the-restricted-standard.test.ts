import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { type Manifest, manifests, render, valuesFiles } from '../support/helm.ts';

/** The parts of a pod that the standard and the chart's own rules speak of. */
interface PodSpec {
  automountServiceAccountToken?: boolean;
  enableServiceLinks?: boolean;
  hostNetwork?: boolean;
  securityContext: { runAsNonRoot?: boolean; seccompProfile?: { type: string } };
  containers: {
    resources: { requests: object; limits: object };
    securityContext: {
      allowPrivilegeEscalation?: boolean;
      readOnlyRootFilesystem?: boolean;
      runAsNonRoot?: boolean;
      capabilities?: { drop: string[] };
    };
    volumeMounts: { subPath?: string }[];
  }[];
  volumes: { secret?: { defaultMode: number }; hostPath?: object }[];
}

describe.each(valuesFiles)('%s', (values) => {
  const rendered = render(values);
  const pods = manifests(rendered).flatMap(podOf);

  test('fulfils pod security level restricted, and gives the pod nothing that it need not have', () => {
    for (const pod of pods) {
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.enableServiceLinks).toBe(false);
      expect(pod.hostNetwork).toBeUndefined();
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const container of pod.containers) {
        expect(container.securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        // A container without a word of its own on it has the pod's.
        expect(container.securityContext.runAsNonRoot).not.toBe(false);
        for (const bound of [container.resources.requests, container.resources.limits]) {
          expect(Object.keys(bound)).toEqual(expect.arrayContaining(['cpu', 'memory']));
        }
        expect(container.volumeMounts.filter((mount) => mount.subPath !== undefined)).toEqual([]);
      }
      for (const volume of pod.volumes) {
        expect(volume.hostPath).toBeUndefined();
        if (volume.secret !== undefined) expect(volume.secret.defaultMode).toBe(0o444);
      }
    }
  });

  test('no selector of the release takes the test pod for a gate', () => {
    const objects = manifests(rendered);
    const services = objects.filter(({ kind }) => kind === 'Service') as unknown as {
      spec: { selector: object };
    }[];
    for (const pod of objects.filter(({ kind }) => kind === 'Pod')) {
      const { labels } = pod.metadata as unknown as { labels: Record<string, string> };
      for (const { spec } of services) expect(labels).not.toMatchObject(spec.selector);
    }
  });

  // Only where a cluster is at hand: the chart has to render and be judged without one as well.
  if (process.env.KUBECONFIG !== undefined) {
    test('is taken by the API server named by KUBECONFIG, by a dry run', () => {
      const known = manifests(rendered).filter(
        ({ apiVersion }) => !/monitoring\.coreos|gateway\.networking|cert-manager\.io/.test(apiVersion),
      );
      const list = { apiVersion: 'v1', kind: 'List', items: known.map(inDefaultNamespace) };
      const run = spawnSync('kubectl', ['apply', '--dry-run=server', '--validate=strict', '-f', '-'], {
        input: JSON.stringify(list),
        encoding: 'utf8',
      });
      expect(run.status, run.stderr).toBe(0);
      expect(run.stderr).not.toContain('violate PodSecurity');
    });
  }
});

function podOf(manifest: Manifest): PodSpec[] {
  if (manifest.kind === 'Pod') return [manifest.spec as PodSpec];
  if (manifest.kind === 'Deployment' || manifest.kind === 'StatefulSet')
    return [(manifest.spec as { template: { spec: PodSpec } }).template.spec];
  return [];
}

/** The account that the pod names exists only once the release does. */
function inDefaultNamespace(manifest: Manifest): Manifest {
  const moved = { ...manifest, metadata: { ...manifest.metadata, namespace: 'default' } };
  if (manifest.kind !== 'Pod') return moved;
  return { ...moved, spec: { ...(manifest.spec as object), serviceAccountName: 'default' } };
}
