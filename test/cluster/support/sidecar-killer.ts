/** SIGKILL for containers: a process cannot send it to the first one of its own container, so it comes from the node. */
import { apply, kubectl, nodeIn } from './cluster.ts';
import { image } from './image.ts';
import { type PodObject, statusOf } from './sidecar-pods.ts';

export interface Killer {
  /** Kills every process of a container at once; how many there were. */
  kill(pod: PodObject, container: string): number;
  remove(): void;
}

/** A privileged pod that sees the node's processes, in a namespace of its own; `name` is unlike any other's. */
export function createKiller(name: string): Killer {
  apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }]);
  apply([
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'killer', namespace: name },
      spec: {
        hostPID: true,
        terminationGracePeriodSeconds: 1,
        automountServiceAccountToken: false,
        containers: [
          {
            name: 'node',
            image,
            imagePullPolicy: 'IfNotPresent',
            command: ['/nodejs/bin/node', '-e', 'setInterval(() => {}, 1e9)'],
            securityContext: { runAsUser: 0, privileged: true },
          },
        ],
      },
    },
  ]);
  kubectl(['wait', '--namespace', name, '--for=condition=Ready', 'pod/killer', '--timeout=60s']);
  return {
    kill(pod, container) {
      const id = statusOf(pod, container)?.containerID?.replace(/^.*:\/\//, '');
      if (id === undefined) throw new Error(`${pod.metadata.name} has no running container ${container}`);
      const ran = nodeIn(name, 'killer', script, [id]);
      const killed = Number(ran.stdout);
      if (!(killed > 0)) throw new Error(`no process of container ${id}: ${ran.stderr}`);
      return killed;
    },
    remove: () => void kubectl(['delete', 'namespace', name, '--wait=false']),
  };
}

/** The processes whose control group is the container's. */
const script = `
  import { readdirSync, readFileSync } from 'node:fs';
  const [id] = process.argv.slice(1);
  let killed = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\\d+$/.test(name))) {
    try {
      if (!readFileSync('/proc/' + pid + '/cgroup', 'utf8').includes(id)) continue;
      process.kill(Number(pid), 'SIGKILL');
      killed += 1;
    } catch (error) {
      if (!['ENOENT', 'ESRCH'].includes(error.code)) throw error; // it has ended meanwhile
    }
  }
  process.stdout.write(String(killed));
`;
