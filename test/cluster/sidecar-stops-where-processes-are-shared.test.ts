import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apply, find, kubectl, until } from './support/cluster.ts';
import { startCaller } from './support/sidecar-caller.ts';
import { ask, createSidecarPlace, type SidecarPlace } from './support/sidecar-place.ts';
import { waitForRollout } from './support/sidecar-pods.ts';
import { deployment, service } from './support/sidecar-workloads.ts';

let place: SidecarPlace;
let namespace: string;

beforeAll(async () => {
  place = await createSidecarPlace();
  namespace = place.namespace;
  // hostPID is more than `restricted` and `baseline` allow.
  const label = 'pod-security.kubernetes.io/enforce=privileged';
  kubectl(['label', '--overwrite', 'namespace', namespace, label]);
});
afterAll(() => place?.remove());

describe.each([
  ['webhook', ['shareProcessNamespace']],
  ['policy', ['shareProcessNamespace', 'hostPID']],
] as const)('injector.mode %s', (mode, settings) => {
  beforeAll(async () => {
    place.uninstall();
    await place.install([`injector.mode=${mode}`]);
  });

  test.each(settings)('%s: rolling restarts lose no call, and no hook fails', async (setting) => {
    const name = `${setting.toLowerCase()}-${mode}`;
    apply([deployment(namespace, name, 2, { spec: { [setting]: true } }), service(namespace, name)]);
    waitForRollout(namespace, `deployment/${name}`);
    await until(
      'its Service leads to it',
      60,
      () => ask(namespace, `http://${name}/`) === '200 application /',
    );
    const caller = startCaller(namespace, `http://${name}`, `${name}-`, 60);
    for (let round = 0; round < 2; round++) {
      kubectl(['rollout', 'restart', `deployment/${name}`, '--namespace', namespace]);
      waitForRollout(namespace, `deployment/${name}`);
    }
    // Pods of the last round are still going.
    await until(
      'the old pods are gone',
      120,
      () =>
        find(namespace, ['pods', '--selector', `app=${name}`], '{.items[*].metadata.name}').split(' ')
          .length === 2,
    );
    const { sent, good, failed } = await caller.finish();
    console.log(`${setting}, ${mode}: ${sent} calls, ${sent - good} failed`);
    expect(failed).toEqual({});
    const events = find(namespace, ['events'], '{.items[*].reason}');
    expect(events).not.toContain('FailedPreStopHook');
    kubectl(['delete', 'deployment', name, '--namespace', namespace]);
  });
});
