/** A neighbourhood with an injector in it, whose application keeps the book for the guarded workloads. */
import { chart } from '../../support/helm.ts';
import { apply, helm, kubectl, nodeIn, tryKubectl, until } from './cluster.ts';
import { image } from './image.ts';
import { createNeighbourhood, type Neighbourhood } from './neighbourhood.ts';
import { pod } from './sidecar-workloads.ts';

export interface SidecarPlace extends Neighbourhood {
  /**
   * Installs or upgrades the injector with these values of the chart, for labelled pods of this namespace only, and
   * waits until it acts: nodes route to its Service, and the API server knows of webhooks and policies, a moment after
   * Helm is done. The seconds of that.
   */
  install(values?: readonly string[]): Promise<number>;
  uninstall(): void;
  /** Name of what the release has in the whole cluster: webhooks, policies, rights. */
  readonly clusterName: string;
}

/** The release, in every such namespace. */
export const release = 'hookgate';
export const injectorSelector = 'app.kubernetes.io/component=injector';

/** What looks for Services that lead past a gate, in each mode of the injector. */
export const lookers = {
  webhook: `deployment/${release}-injector`,
  policy: `deployment/${release}-lookout`,
} as const;

/** Value of the chart by which they look often. */
export const often = 'injector.lookInterval=2s';

/** The series by which they tell of such Services. */
export const pastGate = 'hookgate_service_past_gate_pods';

/** Series of that name that it reports. */
export function metricOf(namespace: string, mode: keyof typeof lookers, name: string): string {
  const script = `process.stdout.write(await (await fetch('http://127.0.0.1:9090/metrics')).text())`;
  const { stdout } = nodeIn(namespace, lookers[mode], script);
  return stdout
    .split('\n')
    .filter((line) => line.startsWith(name))
    .join('\n');
}

/** Kinds of the cluster that would keep pods from starting if they were left behind. */
export const clusterKinds =
  'mutatingwebhookconfigurations,validatingwebhookconfigurations,mutatingadmissionpolicies,mutatingadmissionpolicybindings,validatingadmissionpolicies,validatingadmissionpolicybindings,clusterroles,clusterrolebindings';

/** Without an injector at first. The namespace enforces `restricted` and has a quota that demands requests and limits. */
export async function createSidecarPlace(): Promise<SidecarPlace> {
  const place = await createNeighbourhood();
  const { namespace } = place;
  const clusterName = `${namespace}-${release}-injector`;
  apply([
    {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'demands-both', namespace },
      spec: {
        hard: { 'requests.cpu': '8', 'requests.memory': '8Gi', 'limits.cpu': '40', 'limits.memory': '16Gi' },
      },
    },
  ]);
  return {
    ...place,
    clusterName,
    install(values = []) {
      helm(installSidecarArgs(namespace, place.senderAddress, values));
      return until(
        'labelled pods get a sidecar',
        60,
        () => initContainersOf(pod(namespace, { generateName: 'first-' })) === 'hookgate',
      );
    },
    uninstall: () =>
      void helm(['uninstall', release, '--namespace', namespace, '--wait', '--ignore-not-found']),
    remove() {
      helm(['uninstall', release, '--namespace', namespace, '--ignore-not-found']);
      // An installation that failed half-way is not in helm's book.
      const left = tryKubectl(['get', clusterKinds, '--output', 'name']).stdout.split('\n');
      const own = left.filter((name) => name.endsWith(`/${clusterName}`));
      if (own.length > 0) kubectl(['delete', ...own]);
      place.remove();
    },
  };
}

function installSidecarArgs(namespace: string, senderAddress: string, values: readonly string[]): string[] {
  const at = image.lastIndexOf(':');
  const given = [
    'shape=sidecar',
    `image.repository=${image.slice(0, at)}`,
    `image.tag=${image.slice(at + 1)}`,
    `allowlist.addresses={${senderAddress}}`,
    'keys.existingSecret=hookgate-keys',
    'sidecar.acceptPerPodMemory=true',
    ...values,
  ];
  return [
    ...['upgrade', '--install', release, chart, '--namespace', namespace, '--wait', '--timeout', '120s'],
    ...given.flatMap((value) => ['--set', value]),
  ];
}

/** Asks `url` from the pod `sender`: the status, a space, the body; or why there was no answer. */
export function ask(namespace: string, url: string): string {
  const script = `
    const said = fetch(${JSON.stringify(url)}).then(async (answer) => answer.status + ' ' + await answer.text());
    process.stdout.write(await said.catch((error) => 'no answer: ' + (error.cause ?? error)));`;
  const { stdout, stderr } = nodeIn(namespace, 'sender', script);
  return stdout || `no answer: ${stderr}`;
}

/** The names of a pod's init containers as the API server would make it now; empty where it refuses it. */
export function initContainersOf(made: object): string {
  const path = 'jsonpath={.spec.initContainers[*].name}';
  return tryKubectl(['create', '-f', '-', '--dry-run=server', '--output', path], made).stdout;
}
