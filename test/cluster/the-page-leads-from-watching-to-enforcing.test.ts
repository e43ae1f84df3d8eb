/** docs/from-watching-to-enforcing.md on a cluster: nothing known of the sender's address, two lines copied, enforced. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Overview } from '../../src/overview/overview.ts';
import { helm, installArgs, kubectl, send, untilRouted } from './support/cluster.ts';
import { createNeighbourhood, type Neighbourhood } from './support/neighbourhood.ts';

let place: Neighbourhood;

beforeAll(async () => {
  place = await createNeighbourhood();
});
afterAll(() => place?.remove());

const listed = ['allowlist.mode=observe', 'allowlist.addresses=null'];

test('the page through a port-forward, the terminal in the pod, and the lines that they give', async () => {
  const { namespace, senderAddress } = place;
  helm(installArgs(namespace, senderAddress, listed));
  await untilRouted(namespace);
  expect(send(namespace, 'sender', 'watched').status).toBe(0);

  const url = await forwarded(namespace);
  const page = await fetch(url);
  expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  const overview = (await (await fetch(`${url}overview`)).json()) as Overview;
  expect(overview.headline.sentence).toContain('Every address is let in on juicyway');
  expect(overview.senders.map(({ address }) => address)).toEqual([senderAddress]);
  expect(overview.instance.host).toMatch(/^hookgate-/);

  const inPod = (...args: string[]): string =>
    kubectl([
      ...['exec', '--namespace', namespace, 'deployment/hookgate', '--'],
      ...['/nodejs/bin/node', '/app/hookgate.js', ...args],
    ]);
  expect(inPod('status')).toContain('1 event in the last hour, all delivered');
  expect(inPod('keys')).toContain('it is the only key of the route');
  const [suggested] = JSON.parse(inPod('allowlist', 'suggest', '--json')) as Overview['senders'];
  expect(suggested?.yaml).toContain(senderAddress);

  helm(installArgs(namespace, suggested?.address ?? '', ['allowlist.mode=enforce']));
  await untilRouted(namespace);
  expect(send(namespace, 'sender', 'enforced').status).toBe(0);
});

/** The admin port on a port of this machine that kubectl chooses. */
async function forwarded(namespace: string): Promise<string> {
  const child = spawn('kubectl', ['port-forward', '--namespace', namespace, 'deployment/hookgate', ':9090']);
  onTestFinished(() => void child.kill());
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port !== undefined) return `http://127.0.0.1:${port}/`;
  }
  throw new Error('kubectl forwards no port');
}
