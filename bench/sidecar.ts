/**
 * What the sidecar costs, on the cluster that KUBECONFIG names: the start of a pod with and without it, by turns, and
 * its processor time and memory when idle and while other traffic passes through it.
 * `node bench/sidecar.ts [starts of each] [seconds of load] [requests a second]`.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { apply, kubectl, nodeIn, until } from '../test/cluster/support/cluster.ts';
import setUp from '../test/cluster/support/image.ts';
import { ask, createSidecarPlace } from '../test/cluster/support/sidecar-place.ts';
import { podOf, waitForReady } from '../test/cluster/support/sidecar-pods.ts';
import { pod, service } from '../test/cluster/support/sidecar-workloads.ts';

const [starts = 9, seconds = 30, rate = 1000] = process.argv.slice(2).map(Number);

// Only the gate's image is needed here.
process.env.HOOKGATE_TEST_PROMETHEUS_IMAGE ??= 'none';
process.env.HOOKGATE_TEST_VALKEY_IMAGE ??= 'none';
setUp();
const place = await createSidecarPlace();
const { namespace } = place;
try {
  await place.install();
  const [withIt, withoutIt]: [number[], number[]] = [[], []];
  for (let round = 0; round <= starts; round++) {
    const times = [startMs('true'), startMs('false')] as const;
    // The first round warms the caches of node and API server.
    if (round === 0) continue;
    withIt.push(times[0]);
    withoutIt.push(times[1]);
  }
  console.log(`pod until Ready, ${starts} of each, by turns (ms: median, least, most)`);
  console.log(`  without sidecar ${spread(withoutIt)}`);
  console.log(`  with sidecar    ${spread(withIt)}`);

  apply([pod(namespace, { name: 'guarded' }), service(namespace, 'guarded')]);
  waitForReady(namespace, 'app=guarded');
  await until('its Service leads to it', 30, () => ask(namespace, 'http://guarded/') === '200 application /');
  const { podIP } = podOf(namespace, 'app=guarded').status;
  const start = costs(podIP);
  await wait(seconds * 1000);
  const idle = costs(podIP);
  console.log(`sidecar, idle for ${seconds} s`);
  console.log(
    `  processor ${perSecond(start, idle)} ms a second, memory ${idle.residentMiB} MiB resident, ${cgroupMiB()} by the cgroup`,
  );
  for (const [what, url] of [
    ['past the sidecar', `http://${podIP}:3000/`],
    ['through the sidecar', 'http://guarded/'],
  ] as const) {
    const before = costs(podIP);
    const { answers, p50, p99 } = load(url);
    const after = costs(podIP);
    console.log(`${what}, ${Math.round(answers / seconds)} requests/s for ${seconds} s`);
    console.log(`  answers p50 ${p50} ms, p99 ${p99} ms`);
    if (url.includes(podIP)) continue;
    const each = Math.round(((after.cpuSeconds - before.cpuSeconds) / answers) * 1e6);
    console.log(
      `  processor ${perSecond(before, after)} ms a second, ${each} µs a request, memory ${after.residentMiB} MiB`,
    );
  }
} finally {
  place.remove();
}

/** From the command that creates it until it is seen to be ready. */
function startMs(label: 'true' | 'false'): number {
  const begun = performance.now();
  const made = kubectl(
    ['create', '-f', '-', '--output', 'name'],
    pod(namespace, { generateName: 'started-' }, { labels: { 'hookgate.io/inject': label } }),
  ).trim();
  kubectl(['wait', '--namespace', namespace, '--for=condition=Ready', made, '--timeout=120s']);
  const took = performance.now() - begun;
  kubectl(['delete', '--namespace', namespace, made, '--grace-period=1']);
  return took;
}

interface Costs {
  readonly atMs: number;
  readonly cpuSeconds: number;
  readonly residentMiB: number;
}

/** By the sidecar's own metrics. */
function costs(podIP: string): Costs {
  const text = ask(namespace, `http://${podIP}:29090/metrics`);
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  return {
    atMs: Date.now(),
    cpuSeconds: value('process_cpu_seconds_total'),
    residentMiB: Math.round(value('process_resident_memory_bytes') / (1 << 20)),
  };
}

/** What limits and evictions go by: without the pages of files that were counted for another container first. */
function cgroupMiB(): number {
  const read = `
    const { existsSync, readFileSync } = require('node:fs');
    const v1 = '/sys/fs/cgroup/memory/memory.usage_in_bytes';
    process.stdout.write(readFileSync(existsSync(v1) ? v1 : '/sys/fs/cgroup/memory.current', 'utf8'));
  `;
  const inPod = ['exec', '--namespace', namespace, 'guarded', '--container', 'hookgate', '--'];
  return Math.round(Number(kubectl([...inPod, '/nodejs/bin/node', '-e', read])) / (1 << 20));
}

function perSecond(before: Costs, after: Costs): string {
  return (((after.cpuSeconds - before.cpuSeconds) * 1e6) / (after.atMs - before.atMs)).toFixed(1);
}

function load(url: string): { answers: number; p50: number; p99: number } {
  const script = `
    import { Agent, request } from 'node:http';
    import { setTimeout as wait } from 'node:timers/promises';
    const [url, seconds, rate] = process.argv.slice(1);
    const agent = new Agent({ keepAlive: true, maxSockets: 32 });
    const took = [];
    const ask = () => new Promise((resolve, reject) => {
      const begun = performance.now();
      request(url, { agent }, (answer) => {
        if (answer.statusCode !== 200) reject(new Error(String(answer.statusCode)));
        answer.resume().on('end', () => { took.push(performance.now() - begun); resolve(); });
      }).on('error', reject).end();
    });
    const open = [];
    const begun = performance.now();
    while (performance.now() - begun < seconds * 1000) {
      const due = (performance.now() - begun) / 1000 * rate;
      while (open.length < due) open.push(ask());
      await wait(1);
    }
    await Promise.all(open);
    took.sort((a, b) => a - b);
    const at = (share) => Number(took[Math.floor(took.length * share)].toFixed(1));
    process.stdout.write(JSON.stringify({ answers: took.length, p50: at(0.5), p99: at(0.99) }));
  `;
  const ran = nodeIn(namespace, 'sender', script, [url, String(seconds), String(rate)]);
  if (ran.status !== 0) throw new Error(ran.stderr);
  return JSON.parse(ran.stdout);
}

function spread(values: readonly number[]): string {
  const sorted = values.map(Math.round).sort((a, b) => a - b);
  return `${sorted[Math.floor(sorted.length / 2)]}  ${sorted[0]}  ${sorted.at(-1)}`;
}
