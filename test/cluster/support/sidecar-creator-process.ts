/**
 * Creates and deletes labelled pods one after another, as fast as the API server answers; a process of its own, so
 * that commands of the test do not hold it up. Arguments: namespace. Ends, with a report, when it is told to.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { CreatorReport } from './sidecar-creator.ts';
import { pod } from './sidecar-workloads.ts';

interface CreatedPod {
  readonly message?: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly initContainers?: readonly { readonly name: string }[] };
}

const [namespace = ''] = process.argv.slice(2);
const proxy = spawn('kubectl', ['proxy', '--port=0'], { stdio: ['ignore', 'pipe', 'inherit'] });
process.on('exit', () => proxy.kill());
// The test is gone.
process.on('disconnect', () => process.exit());
const [announced] = await once(createInterface(proxy.stdout), 'line');
const address = /127\.0\.0\.1:\d+/.exec(String(announced))?.[0];
const pods = `http://${address}/api/v1/namespaces/${namespace}/pods`;
const headers = { 'content-type': 'application/json' };
// Never scheduled, so that the API server alone sets the pace.
const unscheduled = pod(namespace, { generateName: 'created-' }, { spec: { nodeSelector: { no: 'node' } } });
const body = JSON.stringify(unscheduled);

const refusals: { at: number; said: string }[] = [];
let created = 0;
let unguarded = 0;
let last = Date.now();
let gapMs = 0;
let isOver = false;
process.once('message', () => {
  isOver = true;
});

await Promise.all([loop(), loop()]);
process.send?.({ report: { created, unguarded, refusals, gapMs } satisfies CreatorReport }, () =>
  process.exit(),
);

async function loop(): Promise<void> {
  while (!isOver) {
    const answer = await fetch(pods, { method: 'POST', headers, body });
    const object = (await answer.json()) as CreatedPod;
    if (answer.status !== 201) {
      refusals.push({ at: Date.now(), said: `${answer.status} ${object.message}` });
      // As a person, or a controller, would try again.
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    created += 1;
    gapMs = Math.max(gapMs, Date.now() - last);
    last = Date.now();
    if (!object.spec.initContainers?.some(({ name }) => name === 'hookgate')) unguarded += 1;
    process.send?.({ created });
    const gone = await fetch(`${pods}/${object.metadata.name}?gracePeriodSeconds=0`, { method: 'DELETE' });
    await gone.body?.cancel();
  }
}
