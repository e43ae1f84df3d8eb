import { findRivals, reachesOf, selectionOf } from '../../injector/rivals.ts';
import { leadSentence } from '../../injector/service-ports.ts';
import type { Api } from '../../kubernetes/api.ts';
import { listAll, listKnown } from '../../kubernetes/list.ts';
import { recordEvent } from '../../kubernetes/record-event.ts';
import type { Log } from '../../log/log.ts';
import type { LookMetrics } from '../../metrics/look-metrics.ts';
import { whatWentWrong } from '../../values/what-went-wrong.ts';
import { type FoundPods, lookAtPods, type NamedObject } from './look-at-pods.ts';

/** A Service that leads past the gate of a running pod. */
export interface PastGate {
  readonly namespace: string;
  readonly pod: string;
  readonly sentence: string;
}

/** What changes after pods were let in: Services that come later, pods that came unguarded, a second injector. */
export interface Watch {
  /** Looks now. Never rejects. */
  look(): Promise<void>;
  readonly past: readonly PastGate[];
  readonly unguarded: readonly string[];
  /** Names of other injectors that select a namespace of this one's. */
  readonly rivals: readonly string[];
  /** Why the last look failed, or that there was none yet; undefined where it did not. */
  readonly trouble: string | undefined;
}

/** Of one look; the API server is asked for no more, and the log line has all. */
const maxEvents = 100;

/**
 * Every replica looks, without a leader: what they find is the same, events have names by which the second is known to be
 * there, and alerts take the greatest of what the replicas say.
 */
export function createWatch(options: {
  readonly api: Api;
  /** None: the whole cluster. */
  readonly namespaces: readonly string[];
  /** Name of this one's webhook. */
  readonly own: string;
  readonly metrics: LookMetrics;
  readonly log: Log;
  readonly now: () => Date;
}): Watch {
  const { api, own, metrics, log, now } = options;
  let past: readonly PastGate[] = [];
  let unguarded: readonly string[] = [];
  let rivals: readonly string[] = [];
  let trouble: string | undefined = 'not looked yet';
  let said = '';
  let unwritten = '';

  async function look(): Promise<void> {
    try {
      const { reaches, namespaces } = await listCluster(api);
      const found = await lookAtPods(api, options.namespaces, selectionOf(own, reaches, namespaces));
      past = found.past.map(({ namespace, name, lead }) => ({
        namespace,
        pod: name,
        sentence: leadSentence(lead, namespace),
      }));
      unguarded = found.unguarded.map(({ namespace, name }) => `${namespace}/${name}`);
      show(found);
      showRivals(findRivals(own, reaches, namespaces));
      metrics.lastLook.set(now().getTime() / 1000);
      trouble = undefined;
      sayOnce();
      await recordEvents(found);
    } catch (error) {
      trouble = whatWentWrong(error);
      log.error({ sentence: trouble }, 'Services and guarded pods could not be looked at');
    }
  }

  /**
   * What was found is told in other ways as well: a namespace that takes no events, since it ends or has a quota of them,
   * keeps no look from being one.
   */
  async function recordEvents({ past: found }: FoundPods): Promise<void> {
    const refused = new Map<string, string>();
    for (const one of found.slice(0, maxEvents)) {
      const { namespace, lead } = one;
      if (refused.has(namespace)) continue;
      try {
        await recordEvent(api, one, {
          about: `${lead.service}.${lead.port}`,
          reason: 'BypassedByService',
          message: leadSentence(lead, namespace),
          now: now(),
        });
      } catch (error) {
        refused.set(namespace, whatWentWrong(error));
      }
    }
    const sentences = [...refused.values()];
    if (sentences.length > 0 && sentences.join() !== unwritten)
      log.error({ sentences }, 'events of pods past whose gate a Service leads could not be written');
    unwritten = sentences.join();
  }

  function show({ past: found, unguarded: without }: FoundPods): void {
    metrics.servicesPast.reset();
    for (const { namespace, lead } of found)
      metrics.servicesPast.inc({
        guarded_namespace: namespace,
        service: lead.service,
        port: String(lead.port),
      });
    metrics.unguarded.reset();
    for (const { namespace } of without) metrics.unguarded.inc({ guarded_namespace: namespace });
  }

  function showRivals(found: ReturnType<typeof findRivals>): void {
    metrics.rivals.reset();
    for (const { name, namespaces: shared } of found) metrics.rivals.set({ rival: name }, shared.length);
    rivals = found.map(({ name }) => name);
  }

  /** Each change once, and not every minute. */
  function sayOnce(): void {
    const found = { past: past.map(({ sentence }) => sentence), unguarded, rivals };
    const text = JSON.stringify(found);
    if (text === said) return;
    said = text;
    const sentences = [...new Set(found.past)];
    if (sentences.length + unguarded.length + rivals.length === 0) {
      log.info('no Service leads past a gate');
      return;
    }
    log.error(
      { past: sentences, unguarded, rivals },
      'Services lead past a gate, labelled pods run without one, or another injector selects the same pods',
    );
  }

  return {
    look,
    get past() {
      return past;
    },
    get unguarded() {
      return unguarded;
    },
    get rivals() {
      return rivals;
    },
    get trouble() {
      return trouble;
    },
  };
}

/** Which injectors there are, and the namespaces from which they select. Rejects with a sentence. */
export async function listCluster(api: Api) {
  const room = '/apis/admissionregistration.k8s.io/v1';
  const [webhooks, policies, namespaces] = await Promise.all([
    listAll(api, `${room}/mutatingwebhookconfigurations`),
    listKnown(api, `${room}/mutatingadmissionpolicies`),
    listAll(api, '/api/v1/namespaces'),
  ]);
  const named = (namespaces as readonly NamedObject[]).map(({ metadata }) => ({
    name: metadata?.name ?? '',
    labels: metadata?.labels,
  }));
  return { reaches: reachesOf(webhooks, policies), namespaces: named };
}
