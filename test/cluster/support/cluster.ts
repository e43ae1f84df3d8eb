import { spawn, spawnSync } from 'node:child_process';
import { ensureHelm, type HelmMajor } from '../../setup/install-helm.ts';
import { chart } from '../../support/helm.ts';
import { image } from './image.ts';

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs kubectl and gives its output; throws with what it said where it fails. */
export function kubectl(args: readonly string[], input?: unknown): string {
  const ran = tryKubectl(args, input);
  if (ran.status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${ran.stderr}`);
  return ran.stdout;
}

export function tryKubectl(args: readonly string[], input?: unknown): Ran {
  const text = input === undefined ? undefined : JSON.stringify(input);
  return spawnSync('kubectl', args, { encoding: 'utf8', input: text, maxBuffer: 64 << 20 });
}

/** What a JSONPath finds in the objects that `what` names, in the words of `kubectl get`. */
export function find(namespace: string, what: readonly string[], path: string): string {
  return kubectl(['get', ...what, '--namespace', namespace, '--output', `jsonpath=${path}`]);
}

/** What a JSONPath finds in the list of the gate's pods. */
export function findInGatePods(namespace: string, path: string): string {
  return find(namespace, ['pods', '--selector', gateSelector], path);
}

/** Label selector of the gate's pods. */
export const gateSelector = 'app.kubernetes.io/component=gateway';

export function apply(objects: readonly object[]): void {
  kubectl(['apply', '-f', '-'], { apiVersion: 'v1', kind: 'List', items: objects });
}

export function helm(args: readonly string[], major: HelmMajor = 4): string {
  const ran = spawnSync(ensureHelm(major), args, { encoding: 'utf8', maxBuffer: 64 << 20 });
  if (ran.status !== 0) throw new Error(`helm ${args.join(' ')}: ${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}

/** `helm upgrade --install` of the chart as release `hookgate`, with what cannot be guessed and these values. */
export function installArgs(namespace: string, senderAddress: string, values: readonly string[]): string[] {
  const at = image.lastIndexOf(':');
  const given = [
    `image.repository=${image.slice(0, at)}`,
    `image.tag=${image.slice(at + 1)}`,
    `upstream.url=http://payments.${namespace}.svc:80`,
    `allowlist.addresses={${senderAddress}}`,
    'keys.existingSecret=hookgate-keys',
    ...values,
  ];
  const settings = given.flatMap((value) => ['--set', value]);
  return [
    'upgrade',
    '--install',
    'hookgate',
    chart,
    '--namespace',
    namespace,
    '--wait',
    '--timeout',
    '120s',
    ...settings,
  ];
}

/** Helm, while something else goes on. */
export function helmMeanwhile(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(ensureHelm(4), args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    child.on('close', (status) => (status === 0 ? resolve() : reject(new Error(`helm ${args[0]}: ${said}`))));
  });
}

/** Runs Node in the pod `pod`; `script` is an ES module's text. */
export function nodeIn(namespace: string, pod: string, script: string, args: readonly string[] = []): Ran {
  const command = ['/nodejs/bin/node', '--input-type=module', '-e', script, ...args];
  return tryKubectl(['exec', '--namespace', namespace, pod, '--', ...command]);
}

/** Runs a command of Hookgate in the pod `pod`. */
function hookgateIn(namespace: string, pod: string, args: readonly string[]): Ran {
  return tryKubectl([
    'exec',
    '--namespace',
    namespace,
    pod,
    '--',
    '/nodejs/bin/node',
    '/app/hookgate.js',
    ...args,
  ]);
}

export function webhookUrl(namespace: string): string {
  return `http://hookgate.${namespace}.svc/webhooks/juicyway`;
}

/** Sends an event from the pod `pod`, signed with the live key unless `args` name another one. */
export function send(namespace: string, pod: string, reference: string, args: readonly string[] = []): Ran {
  const key = args.includes('--key-file') ? [] : ['--key-file', '/keys/live'];
  const data = JSON.stringify({ amount: 1000, reference });
  const what = ['--event', 'payment.session.succeeded', '--data', data];
  return hookgateIn(namespace, pod, ['send', '--url', webhookUrl(namespace), ...key, ...what, ...args]);
}

/** Asks again every half second until `good`; the seconds that it took. */
export async function until(what: string, seconds: number, good: () => boolean): Promise<number> {
  const begun = Date.now();
  while (!good()) {
    if (Date.now() - begun > seconds * 1000) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return Math.round((Date.now() - begun) / 100) / 10;
}

/**
 * Waits until the gate's Service leads to the gate, which answers 404 where nothing is served: helm waits for a ready
 * pod, and that the nodes route the Service to it comes a moment later.
 */
export async function untilRouted(namespace: string): Promise<void> {
  const ask = `process.stdout.write(String((await fetch('http://hookgate.${namespace}.svc/')).status))`;
  await until('the Service leads to the gate', 60, () => nodeIn(namespace, 'sender', ask).stdout === '404');
}

/**
 * Waits until nodes route a Service to a gate and to nothing else: twenty connections, each of which may be led to any
 * endpoint, meet only one that answers 405 to a GET of the webhook's path. An application would not, and books nothing.
 * Endpoints change a moment before the rules of the nodes do.
 */
export async function untilGuarded(namespace: string, service: string): Promise<void> {
  const url = `http://${service}/webhooks/juicyway`;
  const ask = `
    const one = async () => (await fetch('${url}', { headers: { connection: 'close' } })).status;
    const all = await Promise.allSettled(Array.from({ length: 20 }, one));
    process.stdout.write([...new Set(all.map(({ value }) => value))].join());
  `;
  await until(`Service ${service} leads to the gate alone`, 150, () => {
    return nodeIn(namespace, 'sender', ask).stdout === '405';
  });
}
