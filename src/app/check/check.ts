import { checkFiles, type FileCheck } from '../../config/check-files.ts';
import type { Config } from '../../config/config.ts';
import { type ConfigSources, loadConfig } from '../../config/load-config.ts';
import { formatProblem, type Problem } from '../../config/problem.ts';
import { createLog } from '../../log/log.ts';
import { hostAndPort } from '../../values/host-brackets.ts';
import { whatWentWrong } from '../../values/what-went-wrong.ts';
import { openFilesCaution } from '../open-files.ts';
import { openStore } from '../open-store.ts';
import type { Check } from './check-line.ts';
import { checkRouteFiles, checkRouteModes } from './check-routes.ts';
import { checkUpstream } from './check-upstream.ts';

export type CheckResult =
  | { readonly kind: 'checked'; readonly checks: readonly Check[] }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** Tries all that `serve` would need, without serving: files, keys, allowlist, store, application. Never rejects. */
export async function checkEverything(sources: ConfigSources): Promise<CheckResult> {
  const read = loadConfig(sources);
  if (read.kind === 'problems') return read;
  const { config } = read;
  const [files, store, upstream, ofRoutes] = await Promise.all([
    checkFiles(read),
    checkStore(config),
    checkUpstream(config),
    checkRouteFiles(sources, config),
  ]);
  return {
    kind: 'checked',
    checks: [
      { name: 'config', result: 'good', detail: `${read.file ?? 'flags and environment'} is valid` },
      ...read.warnings.map(warningOf('config')),
      ...files.flatMap(linesOf),
      ...checkRouteModes(config),
      ...checkOpenFiles(config),
      ...ofRoutes.filter(isNew(files)),
      store,
      ...upstream,
      ...checkServices(sources.env),
    ],
  };
}

/** Judged by the limit of this process, which is that of `serve` unless a service manager raises it. */
function checkOpenFiles(config: Config): Check[] {
  const caution = openFilesCaution(config);
  return caution === undefined ? [] : [warningOf('open files')(caution)];
}

/**
 * What the injector wrote into the pod's annotation when the pod was created. What came later this pod may not ask for, and
 * under injector.mode policy nobody wrote: the line says where both are told. Without the variable it is no guarded pod.
 */
function checkServices({ POD_BYPASSED_BY: named }: ConfigSources['env']): Check[] {
  if (named === undefined) return [];
  const services = named.split(',').filter(Boolean);
  if (services.length === 0) return [nonePastGate];
  return services.map((service) => ({
    name: 'bypass',
    result: 'failed',
    detail: `Service ${service} led past this gate to the application when the pod was created; the pod's events and the injector's warning have the command that mends it`,
  }));
}

const nonePastGate: Check = {
  name: 'bypass',
  result: 'good',
  detail:
    "no Service is known here to lead past this gate; those that came after the pod, and with injector.mode policy all, stand in the pod's events (BypassedByService)",
};

/** Leaves out what the line of a file says already. */
function isNew(files: readonly FileCheck[]): (check: Check) => boolean {
  const told = new Set(files.flatMap(({ problems }) => problems.map(formatProblem)));
  return ({ detail }) => !told.has(detail);
}

function linesOf({ name, ok, detail, problems, warnings }: FileCheck): Check[] {
  const outcome: Check[] = ok
    ? [{ name, result: 'good', detail }]
    : problems.map((problem) => ({ name, result: 'failed', detail: formatProblem(problem) }));
  return [...outcome, ...warnings.map(warningOf(name))];
}

function warningOf(name: string): (detail: string) => Check {
  return (detail) => ({ name, result: 'warning', detail });
}

/** A running gate holds its file alone, so it is asked; without one the store is opened and closed again. */
async function checkStore(config: Config): Promise<Check> {
  const name = 'store';
  const running = await askRunningGate(config);
  if (running !== undefined) {
    return {
      name,
      result: running.up ? 'good' : 'failed',
      detail: `${running.detail} (told by the running gate)`,
    };
  }
  try {
    const clocks = { now: () => performance.now(), wallClock: () => Date.now() };
    const store = await openStore(config, clocks, createLog('silent').log);
    const health = await store.health();
    await store.close();
    return { name, result: health.up ? 'good' : 'failed', detail: health.detail };
  } catch (error) {
    return { name, result: 'failed', detail: whatWentWrong(error) };
  }
}

async function askRunningGate({ admin }: Config): Promise<{ up: boolean; detail: string } | undefined> {
  const host = admin.host === '::' || admin.host === '0.0.0.0' ? '127.0.0.1' : admin.host;
  try {
    const response = await fetch(`http://${hostAndPort(host, admin.port)}/status`, {
      signal: AbortSignal.timeout(2000),
    });
    const status = (await response.json()) as { store?: { up?: unknown; detail?: unknown } };
    const { up, detail } = status.store ?? {};
    return typeof up === 'boolean' && typeof detail === 'string' ? { up, detail } : undefined;
  } catch {
    return undefined; // none is running, which is the usual case
  }
}
