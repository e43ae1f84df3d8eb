import { findGuardedServices, type GuardedServices } from '../app/inject/guarded-services.ts';
import { probe } from '../sender/probe.ts';
import type { ProveOptions, Report } from './prove-report.ts';

const timeoutMs = 5000;
/** Connections for each pod behind a Service, since each may be led to another one. */
const probesForEachPod = 4;
const maxProbes = 60;

/** Asks at each URL whether a gate answers. */
export async function proveUrls(urls: readonly URL[], report: Report): Promise<void> {
  for (const url of urls) {
    const found = await probe(url, { timeoutMs, caPem: undefined });
    report.tell(
      found.kind === 'gate',
      `a gate answers at ${url.href}`,
      found.kind === 'gate' ? '' : found.found,
    );
  }
}

/** Asks at every Service that leads to guarded pods. */
export async function proveServices(
  { services = '', injector, path: paths }: ProveOptions,
  env: Readonly<Record<string, string | undefined>>,
  report: Report,
): Promise<void> {
  const found = await findGuardedServices(services.split(',').filter(Boolean), injector, env);
  tellOfPods(found, report);
  for (const one of found.services) {
    for (const path of paths) {
      const url = new URL(`http://${one.service}.${one.namespace}.svc:${one.port}${path}`);
      const what = `Service ${one.service} port ${one.port} in ${one.namespace} leads to a gate (${path})`;
      const wrong = await firstPast(url, Math.min(maxProbes, one.pods * probesForEachPod));
      const remedy = one.past === undefined ? '' : `. ${one.past}`;
      report.tell(
        wrong === undefined && one.past === undefined,
        what,
        `${wrong ?? 'a gate answered this time'}${remedy}`,
      );
    }
  }
}

function tellOfPods({ pods, services, unguarded, rivals }: GuardedServices, report: Report): void {
  if (pods === 0) report.say('no pod is guarded yet');
  else if (services.length === 0) report.say('no Service leads to the guarded port of a pod');
  for (const pod of unguarded)
    report.tell(
      false,
      `pod ${pod} is guarded`,
      'it has the label and no sidecar. Delete it, so that a new one gets it',
    );
  for (const { name, namespaces } of rivals)
    report.tell(
      false,
      `one injector selects ${namespaces.join(', ')}`,
      `${name} selects the same namespaces, and each replaces the sidecar of the other. Let only one select them, or name it in the label hookgate.io/injector of the pods`,
    );
}

/** What was found where not every connection led to a gate. The first that went past is the last: it was the application's. */
async function firstPast(url: URL, times: number): Promise<string | undefined> {
  for (let time = 0; time < times; time++) {
    const found = await probe(url, { timeoutMs, caPem: undefined });
    if (found.kind !== 'gate') return found.found;
  }
  return undefined;
}
