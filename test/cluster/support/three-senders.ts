/** Three senders, each with a scheme and a Secret of its own, one of which is rotated while all of them send. */
import { spawn } from 'node:child_process';
import { expect } from 'vitest';
import { kubectl } from './cluster.ts';

export const keys = {
  juicyway: 'business-one',
  paystack: 'sk_test_of_this_test',
  stripe: 'whsec_of_this_test',
};
const nextStripeKey = 'whsec_the_next_of_this_test';
type Scheme = keyof typeof keys;

export const routes = (secretOf: (scheme: Scheme) => string) => [
  'routes[0].path=/webhooks/juicyway',
  ...(['paystack', 'stripe'] as const).flatMap((scheme, index) => [
    `routes[${index + 1}].path=/webhooks/${scheme}`,
    `routes[${index + 1}].scheme=${scheme}`,
    `routes[${index + 1}].keys.existingSecret=${secretOf(scheme)}`,
  ]),
];

export const secret = (namespace: string, name: string, stringData: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  stringData,
});

/** Plays a sender from the pod `sender` until each of its events was answered 200; gives their references. */
async function play(namespace: string, host: string, scheme: Scheme, key: string, times: number) {
  const what = [
    '--url',
    `http://${host}/webhooks/${scheme}`,
    '--scheme',
    scheme,
    '--key-file',
    '-',
    '--json',
  ];
  const load = ['--times', String(times), '--rate', '5', '--concurrency', '200', '--retries', '150'];
  const hookgate = ['/nodejs/bin/node', '/app/hookgate.js', 'send', ...what, ...load];
  const child = spawn('kubectl', ['exec', '-i', '--namespace', namespace, 'sender', '--', ...hookgate], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(key);
  const [out, errors] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  const lines = out
    .join('')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { reference?: string; summary?: { undelivered: number } });
  const summary = lines.find((line) => line.summary !== undefined)?.summary;
  expect(summary?.undelivered, errors.join('')).toBe(0);
  return [...new Set(lines.flatMap(({ reference }) => (reference === undefined ? [] : [reference])))];
}

/** All three send for a minute, and Stripe's key is replaced meanwhile: the next one beside it, then it alone. */
export async function rotateUnderLoad(namespace: string, host: string, stripeSecret: string) {
  const old = (['juicyway', 'paystack', 'stripe'] as const).map((scheme) =>
    play(namespace, host, scheme, keys[scheme], 300),
  );
  const patchSecret = (...how: string[]): string =>
    kubectl(['patch', 'secret', stripeSecret, '--namespace', namespace, ...how]);
  patchSecret('--patch', JSON.stringify({ stringData: { next: nextStripeKey } }));
  // Refused until the kubelet has handed the Secret on, and sent again as Stripe does.
  const next = await play(namespace, host, 'stripe', nextStripeKey, 50);
  const sent = [...(await Promise.all(old)).flat(), ...next];
  const remove = [{ op: 'remove', path: '/data/live' }];
  patchSecret('--type=json', '--patch', JSON.stringify(remove));
  return {
    sent: [...sent, ...(await play(namespace, host, 'stripe', nextStripeKey, 50))],
    expected: 3 * 300 + 100,
  };
}

export function expectNoneLost(
  sent: readonly string[],
  expected: number,
  arrivals: Record<string, number>,
): void {
  expect(sent.length).toBe(expected);
  expect(sent.filter((reference) => arrivals[reference] !== 1)).toEqual([]);
}
