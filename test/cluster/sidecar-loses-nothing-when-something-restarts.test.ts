import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, kubectl, tryKubectl, until } from './support/cluster.ts';
import { startProvider } from './support/retrying-provider.ts';
import { startCaller } from './support/sidecar-caller.ts';
import { createKiller, type Killer } from './support/sidecar-killer.ts';
import { ask, createSidecarPlace, type SidecarPlace } from './support/sidecar-place.ts';
import { podOf, podsOf, untilRestarted, waitForReady, waitForRollout } from './support/sidecar-pods.ts';
import { deployment, service } from './support/sidecar-workloads.ts';

/** HOOKGATE_TEST_ROLLOUTS makes it longer. */
const rollouts = Number(process.env.HOOKGATE_TEST_ROLLOUTS ?? 2);
const callsPerSecond = 150;

let place: SidecarPlace;
let namespace: string;
let killer: Killer;

beforeAll(async () => {
  place = await createSidecarPlace();
  namespace = place.namespace;
  killer = createKiller(`${namespace}-killer`);
  await place.install();
  for (const [name, replicas] of [
    ['alone', 1],
    ['several', 3],
  ] as const) {
    apply([deployment(namespace, name, replicas), service(namespace, name)]);
    waitForRollout(namespace, `deployment/${name}`);
    await until(
      'its Service leads to it',
      30,
      () => ask(namespace, `http://${name}/`) === '200 application /',
    );
  }
});
afterAll(() => {
  try {
    place?.remove();
  } finally {
    killer?.remove();
  }
});

test.each([
  ['the application is told to stop', 'app', 'SIGTERM'],
  ['the application is killed', 'app', 'SIGKILL'],
  ['the sidecar is told to stop', 'hookgate', 'SIGTERM'],
  ['the sidecar is killed', 'hookgate', 'SIGKILL'],
] as const)('no event is lost when %s in the only pod, under load', async (what, container, signal) => {
  const prefix = `${container}-${signal}-`;
  const before = podOf(namespace, 'app=alone');
  const provider = startProvider(namespace, 'http://alone/webhooks/juicyway', prefix);
  await until('events arrive', 30, () => arrived(prefix).length >= 20);
  if (signal === 'SIGKILL') killer.kill(before, container);
  else stop(before.metadata.name, container);
  await untilRestarted(namespace, before, container);
  const { sent, accepted, gapMs, attempts } = await provider.finish();
  const book = place.arrivals();
  const lost = sent.filter((reference) => book[reference] === undefined);
  const repeated = sent.filter((reference) => (book[reference] ?? 0) > 1);
  console.log(
    `${what}: sent ${sent.length}, lost ${lost.length}, repeated ${repeated.length}, longest gap ${gapMs} ms, attempts ${JSON.stringify(attempts)}`,
  );
  expect(lost).toEqual([]);
  expect(accepted.filter((reference) => book[reference] === undefined)).toEqual([]);
  expect([...accepted].sort()).toEqual([...sent].sort());
  expect(podOf(namespace, 'app=alone').metadata.uid).toBe(before.metadata.uid);
});

test('a rolling restart fails no call, though the application ends at once when it is told to', async () => {
  const caller = startCaller(namespace, 'http://several', 'rolling-', callsPerSecond);
  await until('events arrive', 30, () => arrived('rolling-').length >= 20);
  for (let round = 0; round < rollouts; round++) {
    kubectl(['rollout', 'restart', 'deployment/several', '--namespace', namespace]);
    waitForRollout(namespace, 'deployment/several');
    await until('the old pods are gone', 60, () => podsOf(namespace, 'app=several').length === 3);
  }
  const report = await caller.finish();
  const { sent, good, failed, resent, accepted, gapMs } = report;
  console.log(
    `${rollouts} rolling restarts of 3 pods: ${sent} calls, ${sent - good} failed, ${resent} sent again on a new connection, longest gap ${gapMs} ms`,
  );
  expect(failed).toEqual({});
  // A coincidence, and no habit: each pod that goes has five kept connections or so.
  expect(resent).toBeLessThanOrEqual(3 * rollouts);
  const book = place.arrivals();
  expect(accepted.filter((reference) => book[reference] !== 1)).toEqual([]);
});

test('a pod that is deleted answers what it has begun and fails no call', async () => {
  const caller = startCaller(namespace, 'http://several', 'deleted-', callsPerSecond);
  await until('events arrive', 30, () => arrived('deleted-').length >= 20);
  const { metadata } = podOf(namespace, 'app=several');
  const begun = Date.now();
  kubectl(['delete', 'pod', metadata.name, '--namespace', namespace]);
  const seconds = Math.round((Date.now() - begun) / 100) / 10;
  waitForReady(namespace, 'app=several');
  const { sent, good, failed, resent } = await caller.finish();
  console.log(
    `a deleted pod: gone after ${seconds} s; ${sent} calls, ${sent - good} failed, ${resent} sent again`,
  );
  expect(failed).toEqual({});
  expect(resent).toBeLessThanOrEqual(1);
});

/** References that arrived and begin with `prefix`. */
function arrived(prefix: string): string[] {
  return Object.keys(place.arrivals()).filter((reference) => reference.startsWith(prefix));
}

/** From inside: the first process of a container takes only signals that it handles. */
function stop(pod: string, container: string): void {
  const node = ['/nodejs/bin/node', '-e', "process.kill(1, 'SIGTERM')"];
  const ran = tryKubectl(['exec', '--namespace', namespace, pod, '--container', container, '--', ...node]);
  // The container may end before the command in it has.
  if (ran.status !== 0 && ran.status !== 137) throw new Error(ran.stderr);
}
