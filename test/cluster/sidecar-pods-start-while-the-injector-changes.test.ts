import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createIssuer } from '../../src/certificates/issue.ts';
import { apply, find, kubectl, tryKubectl, until } from './support/cluster.ts';
import { type CreatorReport, startCreator } from './support/sidecar-creator.ts';
import { createKiller, type Killer } from './support/sidecar-killer.ts';
import { createSidecarPlace, injectorSelector, type SidecarPlace } from './support/sidecar-place.ts';
import {
  isReady,
  type PodObject,
  podsOf,
  untilRestarted,
  waitForReady,
  waitForRollout,
} from './support/sidecar-pods.ts';
import { applicationContainer, deployment, pod } from './support/sidecar-workloads.ts';

/** HOOKGATE_TEST_ROTATIONS makes it longer. */
const rotations = Number(process.env.HOOKGATE_TEST_ROTATIONS ?? 10);
const injector = 'deployment/hookgate-injector';

let place: SidecarPlace;
let namespace: string;
let killer: Killer;

beforeAll(async () => {
  place = await createSidecarPlace();
  namespace = place.namespace;
  killer = createKiller(`${namespace}-killer`);
  // Its controller and the loop would meet in it, and pods be refused for that.
  kubectl(['delete', 'resourcequota', '--all', '--namespace', namespace]);
});
afterAll(() => {
  try {
    place?.remove();
  } finally {
    killer?.remove();
  }
});

describe('with certificates that live for seconds', () => {
  beforeAll(() =>
    place.install(
      // A leaf is replaced with three of its seconds left, in which both replicas have to see the new one.
      ['caLife=24s', 'leafLife=9s', 'overlap=3s', 'interval=500ms'].map(
        (value) => `injector.certificates.${value}`,
      ),
    ),
  );

  test('no pod is refused while certificates and authorities are replaced', async () => {
    const seen = new Set<string>();
    const authorities = new Set<string>();
    const report = await whilePodsAreCreated(() =>
      until(`${rotations} rotations`, 200, () => {
        const [leaf = '', authority = ''] = find(
          namespace,
          ['secret', 'hookgate-injector-tls'],
          '{.data.tls\\.crt} {.data.ca\\.crt}',
        ).split(' ');
        seen.add(leaf);
        authorities.add(authority);
        return seen.size > rotations;
      }),
    );
    tell(
      `${seen.size - 1} certificates replaced, ${authorities.size - 1} authorities among what signs them`,
      report,
    );
    expect(authorities.size).toBeGreaterThan(1);
    expectNoFailure(report);
  });
});

describe('with failurePolicy Ignore', () => {
  beforeAll(() => place.install(['injector.failurePolicy=Ignore']));

  test('while no injector runs a labelled pod starts unguarded, and none with a pretended sidecar', async () => {
    kubectl(['scale', injector, '--replicas=0', '--namespace', namespace]);
    await until('no injector runs', 60, () => podsOf(namespace, injectorSelector).length === 0);
    expect(create({ 'hookgate.io/inject': 'true' })).toBe('');
    const pretended = pod(
      namespace,
      { generateName: 'pod-' },
      { containers: [applicationContainer({ name: 'hookgate' })] },
    );
    const { stderr } = tryKubectl(['create', '-f', '-', '--dry-run=server'], pretended);
    expect(stderr).toContain('it has no genuine sidecar in front of the port "http"');
    kubectl(['scale', injector, '--replicas=2', '--namespace', namespace]);
    waitForRollout(namespace, injector);
  });
});

describe('with its ordinary certificates', () => {
  beforeAll(() => place.install());

  test('no pod is refused while its pods are deleted, one after the other, then both at once', async () => {
    const report = await whilePodsAreCreated(async () => {
      for (const some of [0, 1, undefined]) {
        const deleted = injectorPods().filter((_, index) => some === undefined || index === some);
        kubectl(['delete', 'pod', ...names(deleted), '--namespace', namespace, '--wait=false']);
        await untilReplaced(deleted);
      }
    });
    tell('pods of the injector deleted: one, one, both', report);
    expectNoFailure(report);
  });

  test('no pod is refused during a rolling restart of it', async () => {
    const report = await whilePodsAreCreated(() => {
      kubectl(['rollout', 'restart', injector, '--namespace', namespace]);
      waitForRollout(namespace, injector);
    });
    tell('a rolling restart of the injector', report);
    expectNoFailure(report);
  });

  test('after one of its pods is killed or deleted by force, pods are refused for a moment at most, and none is unguarded', async () => {
    let restored = 0;
    const report = await whilePodsAreCreated(async (created) => {
      const [first, second] = injectorPods();
      if (first === undefined || second === undefined) throw new Error('the injector has less than two pods');
      killer.kill(first, 'injector');
      await untilRestarted(namespace, first, 'injector');
      await until('more pods are created', 60, moreThan(created, 50));
      kubectl([
        'delete',
        'pod',
        second.metadata.name,
        '--namespace',
        namespace,
        '--force',
        '--grace-period=0',
      ]);
      await untilReplaced([second]);
      restored = Date.now();
      await until('more pods are created', 60, moreThan(created, 50));
    });
    tell('one pod of the injector killed, the other deleted by force', report);
    expect(report.unguarded).toBe(0);
    expect(report.gapMs).toBeLessThan(10_000);
    expect(report.refusals.filter(({ at }) => at > restored + 3000)).toEqual([]);
    for (const { said } of report.refusals)
      expect(said).toContain('failed calling webhook "pods.hookgate.io"');
  });

  test('a workload that is scaled while no injector runs gets its pods by itself, guarded, once one does', async () => {
    apply([deployment(namespace, 'patient', 0)]);
    kubectl(['scale', injector, '--replicas=0', '--namespace', namespace]);
    // One that is told to stop goes on answering for a moment.
    await until('no injector runs', 60, () => podsOf(namespace, injectorSelector).length === 0);
    kubectl(['scale', 'deployment/patient', '--replicas=1', '--namespace', namespace]);
    const condition = '{.status.conditions[?(@.type=="ReplicaFailure")].message}';
    await until('its pod is refused', 30, () =>
      find(namespace, ['deployment', 'patient'], condition).includes('pods.hookgate.io'),
    );
    // Others are not asked about.
    expect(create({ 'hookgate.io/inject': 'false' })).toBe('');
    expect(create({ 'hookgate.io/inject': 'true' })).toContain('failed calling webhook');

    kubectl(['scale', injector, '--replicas=2', '--namespace', namespace]);
    waitForRollout(namespace, injector);
    const begun = Date.now();
    await until('its pod is there', 120, () => podsOf(namespace, 'app=patient').length === 1);
    console.log(
      `a refused pod was made ${Math.round((Date.now() - begun) / 1000)} s after the injector was back`,
    );
    waitForReady(namespace, 'app=patient');
    const names = find(
      namespace,
      ['pods', '--selector', 'app=patient'],
      '{.items[*].spec.initContainers[*].name}',
    );
    expect(names).toBe('hookgate');
  });
});

describe('with a certificate of somebody else', () => {
  test('no pod is refused when the Secret gets the certificate of another authority, after both were trusted', async () => {
    const issuer = await createIssuer();
    const host = `hookgate-injector.${namespace}.svc`;
    const make = async () => {
      const [now, end] = [new Date(), new Date(Date.now() + 86_400_000)];
      const authority = await issuer.authority(end, now);
      return { ca: authority.cert, ...(await issuer.leaf(authority, [host], end, now)) };
    };
    const [old, next] = [await make(), await make()];
    const put = (ca: string, { cert, key }: { cert: string; key: string }) =>
      apply([
        {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'own-tls', namespace },
          stringData: { 'ca.crt': ca, 'tls.crt': cert, 'tls.key': key },
        },
      ]);
    put(old.ca, old);
    await place.install([
      'injector.certificates.mode=existingSecret',
      'injector.certificates.existingSecret=own-tls',
      'injector.certificates.interval=1s',
    ]);
    const trusted = () => {
      const path = '{.webhooks[0].clientConfig.caBundle}';
      return Buffer.from(
        find(namespace, ['mutatingwebhookconfiguration', place.clusterName], path),
        'base64',
      ).toString();
    };
    await until('the old authority is trusted', 60, () => trusted() === old.ca);
    const served = () => injectorPods().map(({ status }) => servedBy(status.podIP));
    const report = await whilePodsAreCreated(async () => {
      put(old.ca + next.ca, old);
      await until('both are trusted', 120, () => trusted() === old.ca + next.ca);
      put(old.ca + next.ca, next);
      await until('the new one is served', 120, () => served().every((issuerName) => issuerName === next.ca));
    });
    tell('a certificate of another authority in the Secret', report);
    expectNoFailure(report);

    /** Which of the two authorities signed what a pod serves. */
    function servedBy(address: string): string | undefined {
      const script = `
        const { connect } = await import('node:tls');
        const socket = connect({ host: '${address}', port: 8443, rejectUnauthorized: false }, () => {
          process.stdout.write(socket.getPeerX509Certificate().toString());
          socket.destroy();
        });
      `;
      const ran = tryKubectl([
        'exec',
        '--namespace',
        namespace,
        'sender',
        '--',
        '/nodejs/bin/node',
        '--input-type=module',
        '-e',
        script,
      ]);
      return [old, next].find(({ cert }) => cert.trim() === ran.stdout.trim())?.ca;
    }
  });
});

test('helm uninstall works while no injector runs, and labelled pods start after it', async () => {
  kubectl(['scale', injector, '--replicas=0', '--namespace', namespace]);
  await until('no injector runs', 60, () => podsOf(namespace, injectorSelector).length === 0);
  expect(create({ 'hookgate.io/inject': 'true' })).toContain('failed calling webhook');
  place.uninstall();
  await until('labelled pods are created', 30, () => create({ 'hookgate.io/inject': 'true' }) === '');
});

async function whilePodsAreCreated(work: (created: () => number) => unknown): Promise<CreatorReport> {
  const creator = startCreator(namespace);
  try {
    await until('pods are created', 30, () => creator.created() > 20);
    await work(creator.created);
  } catch (error) {
    await creator.finish();
    throw error;
  }
  return creator.finish();
}

function moreThan(created: () => number, pods: number): () => boolean {
  const before = created();
  return () => created() >= before + pods;
}

function injectorPods(): readonly PodObject[] {
  return podsOf(namespace, injectorSelector).filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  );
}

/** Waits until two pods of the injector are ready that are none of these. */
async function untilReplaced(former: readonly PodObject[]): Promise<void> {
  await until('new pods are ready', 90, () => {
    const present = injectorPods().filter(isReady);
    return present.length === 2 && names(present).every((name) => !names(former).includes(name));
  });
}

function names(pods: readonly PodObject[]): string[] {
  return pods.map(({ metadata }) => metadata.name);
}

function tell(what: string, { created, refusals, unguarded, gapMs }: CreatorReport): void {
  const said = new Set(refusals.map((refusal) => refusal.said.replace(/.*: /, '')));
  console.log(
    `${what}: ${created} pods created, ${refusals.length} refused${refusals.length > 0 ? ` (${[...said].join('; ')})` : ''}, ${unguarded} unguarded, longest gap ${gapMs} ms`,
  );
}

function expectNoFailure({ refusals, unguarded }: CreatorReport): void {
  expect(refusals).toEqual([]);
  expect(unguarded).toBe(0);
}

/** What is said to who makes a pod with these labels; empty where it would be made. */
function create(labels: Record<string, string>): string {
  const { status, stderr } = tryKubectl(
    ['create', '-f', '-', '--dry-run=server'],
    pod(namespace, { generateName: 'pod-' }, { labels }),
  );
  return status === 0 ? '' : stderr;
}
