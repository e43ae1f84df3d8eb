import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { find, helm, kubectl, nodeIn, tryKubectl, until } from './support/cluster.ts';
import { blocksOf, createShell } from './support/page-blocks.ts';
import {
  createSidecarPlace,
  lookers,
  metricOf,
  often,
  pastGate,
  release,
  type SidecarPlace,
} from './support/sidecar-place.ts';
import { podOf, waitForReady } from './support/sidecar-pods.ts';
import { deployment, pod, service, serviceOf } from './support/sidecar-workloads.ts';

describe.each(['webhook', 'policy'] as const)('injector.mode %s', (mode) => {
  let place: SidecarPlace;
  let namespace: string;

  beforeAll(async () => {
    place = await createSidecarPlace();
    ({ namespace } = place);
    await place.install([`injector.mode=${mode}`, often]);
    kubectl(['apply', '-f', '-'], service(namespace, 'guarded'));
    kubectl(['apply', '-f', '-'], pod(namespace, { name: 'guarded' }));
    waitForReady(namespace, 'app=guarded');
  });

  afterAll(() => place.remove());

  const proof = () => tryHelmTest(namespace);

  test('helm test proves that each Service leads to the gate', async () => {
    let said = '';
    await until('helm test ends well', 120, () => {
      said = proof();
      return said.includes('Phase:          Succeeded');
    });
    expect(said).toContain(
      `ok    Service guarded port 80 in ${namespace} leads to a gate (/webhooks/juicyway)`,
    );
    expect(said).toContain('All as promised.');
  });

  test('a Service by number is a bypass: the application answers, and helm test says how to mend it', async () => {
    const past = (targetPort: string | number) => serviceOf(namespace, 'past', 'guarded', targetPort);
    // A policy sees the Service and no pods.
    const warned = (targetPort: string | number) =>
      tryKubectl(['create', '-f', '-', '--dry-run=server'], past(targetPort)).stderr;
    const told =
      /if its pods are guarded .*Service past leads past it by port 80 \(targetPort (3000|http-app)\)/;
    if (mode === 'policy') for (const target of [3000, 'http-app']) expect(warned(target)).toMatch(told);
    expect(warned('http')).toBe('');
    kubectl(['apply', '-f', '-'], past(3000));
    const forged = `const a = await fetch('http://past/webhooks/juicyway', { method: 'POST', body: '{}' }); process.stdout.write(String(a.status))`;
    await until(
      'a forged event reaches the application',
      60,
      () => nodeIn(namespace, 'stranger', forged).stdout !== '403',
    );
    const said = proof();
    expect(said).toContain(`FAIL  Service past port 80 in ${namespace} leads to a gate`);
    expect(said).toContain(`kubectl --namespace ${namespace} patch service past`);

    // Helm prints the log of a failed test with its quotes escaped; the pod stays, and has it as it is to be typed.
    const log = kubectl(['logs', 'hookgate-test-services', '--namespace', namespace]);
    const [, patch] = /--patch '([^']+)'/.exec(log) ?? [];
    kubectl(['patch', 'service', 'past', '--namespace', namespace, '--type=json', '--patch', patch ?? '']);
    await until('the patch has mended it', 60, () => nodeIn(namespace, 'stranger', forged).stdout === '403');
    await until('helm test ends well again', 120, () => proof().includes('All as promised.'));
  });

  test('a second name of the guarded number is refused', () => {
    const ports = [
      { name: 'http', containerPort: 3000 },
      { name: 'web', containerPort: 3000 },
    ];
    const { containers } = pod(namespace, { name: 'two-names' }).spec as { containers: readonly object[] };
    const ran = tryKubectl(
      ['create', '-f', '-'],
      pod(namespace, { name: 'two-names' }, { containers: [{ ...containers[0], ports }] }),
    );
    expect(ran.stderr).toMatch(/hookgate cannot guard this pod: .*a second name/);
  });

  test('a Service that comes after its pod is told within the interval, until it is gone', async () => {
    kubectl(['apply', '-f', '-'], serviceOf(namespace, 'later', 'guarded', 3000));
    const said = () =>
      find(namespace, ['events'], '{.items[?(@.reason=="BypassedByService")].message}').includes(
        `kubectl --namespace ${namespace} patch service later`,
      );
    const seconds = await until('the pod has the event', 20, said);
    console.log(`mode ${mode}: the event came ${seconds} s after the Service, with a look every 2 s`);
    const of = find(namespace, ['events'], '{.items[?(@.reason=="BypassedByService")].involvedObject.name}');
    expect(new Set(of.split(' '))).toEqual(new Set(['guarded']));
    const series = `${pastGate}{guarded_namespace="${namespace}",service="later",port="80"} 1`;
    // Every replica looks, and the event may be another one's.
    await until('the metric tells it', 20, () => metricOf(namespace, mode, pastGate).includes(series));
    kubectl(['delete', 'service', 'later', '--namespace', namespace]);
    await until('the metric is back to nothing', 20, () => metricOf(namespace, mode, pastGate) === '');
  });

  if (mode === 'policy') {
    test('the lookout takes little memory, may do little, and the commands of the runbook for it work', () => {
      const read = `
        const { existsSync, readFileSync } = await import('node:fs');
        const at = '/sys/fs/cgroup/', v1 = 'memory/memory.usage_in_bytes';
        const bytes = Number(readFileSync(at + (existsSync(at + v1) ? v1 : 'memory.current'), 'utf8'));
        const resident = Number(/VmRSS:\\s*(\\d+)/.exec(readFileSync('/proc/1/status', 'utf8'))[1]) * 1024;
        process.stdout.write(JSON.stringify({ bytes, resident }));`;
      const memory = JSON.parse(nodeIn(namespace, lookers.policy, read).stdout) as Record<string, number>;
      const inMiB = Object.entries(memory).map(
        ([name, bytes]) => `${name} ${(bytes / 2 ** 20).toFixed(1)} MiB`,
      );
      console.log(`lookout, with the process that asks: ${inMiB.join(', ')}`);
      const account = `system:serviceaccount:${namespace}:${release}-lookout`;
      const may = (...what: string[]) =>
        tryKubectl(['auth', 'can-i', ...what, '--namespace', namespace, '--as', account]).stdout.trim();
      expect(may('list', 'pods')).toBe('yes');
      for (const verb of ['get', 'patch', 'update', 'delete']) expect(may(verb, 'pods'), verb).toBe('no');
      expect(may('list', 'secrets')).toBe('no');
      const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
      const blocks = blocksOf(runbook).filter(({ info }) => info === 'lookout');
      expect(blocks).toHaveLength(1);
      for (const { text } of blocks) createShell({ NAMESPACE: namespace }).run(text);
    });
  }

  if (mode === 'webhook') {
    test('whoever applies the workload is told, and so is who looks at the pod', async () => {
      kubectl(['apply', '-f', '-'], service(namespace, 'late', 3000));
      const applied = tryKubectl(['apply', '-f', '-'], deployment(namespace, 'late', 1));
      expect(applied.stderr).toContain('Warning: Service late port 80 leads past hookgate');
      waitForReady(namespace, 'app=late');
      const { metadata } = podOf(namespace, 'app=late');
      expect(
        find(namespace, ['pod', metadata.name], '{.metadata.annotations.hookgate\\.io/bypassed-by}'),
      ).toBe('late:80');
      const check = tryKubectl([
        ...['exec', '--namespace', namespace, metadata.name, '--container', 'hookgate', '--'],
        ...[
          '/nodejs/bin/node',
          '/app/hookgate.js',
          'check',
          '--config',
          '/etc/hookgate/config/hookgate.yaml',
        ],
      ]);
      expect(check.stdout).toMatch(/failed +bypass +Service late:80 led past this gate/);
      kubectl(['delete', 'deployment,service', 'late', '--namespace', namespace]);
    });
  }
});

/** What `helm test` says, with the log of its pod; also where it fails. */
function tryHelmTest(namespace: string): string {
  try {
    return helm(['test', release, '--namespace', namespace, '--logs']);
  } catch (error) {
    return String(error);
  }
}
