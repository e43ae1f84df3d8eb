import { Answer, type Outcome, type Settlement } from '../delivery/answer.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { Rejection, RejectionCode } from '../delivery/rejections.ts';
import type { Log, WriteLine } from '../log/log.ts';
import type { RecentRejections } from '../log/recent-rejections.ts';
import { codeClass, type Metrics, noRoute } from '../metrics/metrics.ts';
import type { Undelivered } from '../metrics/undelivered.ts';
import type { DeliveryRecord } from '../overview/record.ts';
import { type DeliveryEnd, deliveryLine } from './delivery-line.ts';
import type { OnFault, OnSettled } from './run.ts';

/** Records a refusal of what never was a delivery: unparsable bytes, or a request that was passed through. */
export type OnRefused = (refused: Pick<Delivery, 'requestId' | 'peer'>, rejection: Rejection) => void;

export interface JournalOptions {
  readonly log: Log;
  readonly writeLine: WriteLine;
  readonly metrics: Metrics;
  readonly undelivered: Undelivered;
  readonly rejections: RecentRejections;
  /** What the admin port's page shows of deliveries. */
  readonly record: Pick<DeliveryRecord, 'add'>;
  /** `lastMatchOf` a route and a key → wall-clock milliseconds of its last match, for `/status`. */
  readonly lastMatches: Map<string, number>;
  readonly now: () => number;
  readonly wallClock: () => number;
}

/** Writes the log line of each delivery and counts it: the one place where a delivery becomes figures. */
export function createJournal(options: JournalOptions): {
  onSettled: OnSettled;
  onFault: OnFault;
  onRefused: OnRefused;
} {
  const { log, metrics, undelivered, rejections } = options;
  return {
    onSettled(delivery, settlement) {
      const outcome = outcomeOf(settlement);
      const durationMs = options.now() - delivery.arrivedAtMs;
      const end = { settlement, outcome, durationMs, gateMs: gateMs(delivery, durationMs) };
      count(delivery, end);
      write(delivery, end);
      keep(delivery, end);
    },
    onFault(delivery, fault) {
      log.error({ requestId: delivery.requestId, err: fault }, 'fault in a gate');
    },
    onRefused({ requestId, peer }, { code, detail }) {
      metrics.deliveries.inc(noRoute, 'rejected');
      metrics.rejections.inc(noRoute, code);
      const refusal = { requestId, route: noRoute, reason: code, detail, address: peer.address };
      rejections.add(refusal, options.wallClock());
      log.info({ ...refusal, outcome: 'rejected' }, 'refused');
    },
  };

  function count(delivery: Delivery, { settlement, outcome, durationMs, gateMs }: DeliveryEnd): void {
    const { facts } = delivery;
    const { route } = facts;
    metrics.deliveries.inc(route, outcome);
    metrics.deliverySeconds.observe(durationMs / 1000, route, outcome);
    metrics.gateSeconds.observe(gateMs / 1000);
    if (facts.upstreamMs !== undefined) {
      metrics.upstreamSeconds.observe(facts.upstreamMs / 1000, route, codeClass(facts.upstreamStatus));
    }
    if (facts.keyName !== undefined && facts.encoding !== undefined) {
      metrics.checksumMatches.inc(route, facts.keyName, facts.encoding);
      options.lastMatches.set(lastMatchOf(route, facts.keyName), options.wallClock());
    }
    for (const { code } of facts.wouldReject ?? []) metrics.wouldReject.inc(route, code);
    if (facts.duplicateKey !== undefined) {
      const done = outcome === 'forwarded' || outcome === 'duplicate';
      undelivered[done ? 'delivered' : 'failed'](route, facts.duplicateKey);
    }
    if (settlement instanceof Answer) return;
    metrics.rejections.inc(route, settlement.code);
    rejections.add(
      {
        requestId: delivery.requestId,
        route,
        reason: settlement.code,
        detail: settlement.detail,
        address: facts.address ?? delivery.peer.address,
      },
      options.wallClock(),
    );
  }

  function keep(delivery: Delivery, { settlement, outcome, durationMs, gateMs }: DeliveryEnd): void {
    const { facts } = delivery;
    const refusal = settlement instanceof Answer ? undefined : settlement;
    options.record.add({
      atMs: options.wallClock(),
      requestId: delivery.requestId,
      route: facts.route,
      outcome,
      reason: refusal?.code,
      detail: refusal?.detail,
      address: facts.address ?? delivery.peer.address,
      event: facts.event,
      key: facts.keyName,
      encoding: facts.encoding,
      upstreamStatus: facts.upstreamStatus,
      durationMs,
      gateMs,
      upstreamMs: facts.upstreamMs,
      wouldReject: facts.wouldReject?.map(({ code }) => code) ?? nothing,
    });
  }

  function write(delivery: Delivery, end: DeliveryEnd): void {
    const isWorrying = delivery.facts.warning !== undefined || end.outcome === 'upstream_failed';
    options.writeLine(isWorrying ? 'warn' : 'info', () => deliveryLine(delivery, end));
  }
}

/** The name under which `lastMatches` has one key of one route. Neither name can hold a blank. */
export function lastMatchOf(route: string, keyName: string): string {
  return `${route} ${keyName}`;
}

const nothing: readonly string[] = [];

const upstreamFailures: ReadonlySet<RejectionCode> = new Set([
  'upstream_unreachable',
  'upstream_protocol_error',
  'upstream_timeout',
]);

function outcomeOf(settlement: Settlement): Outcome {
  if (settlement instanceof Answer) return settlement.outcome;
  return upstreamFailures.has(settlement.code) ? 'upstream_failed' : 'rejected';
}

function gateMs({ facts }: Delivery, durationMs: number): number {
  return Math.max(0, durationMs - facts.bodyMs - facts.waitedMs - (facts.upstreamMs ?? 0));
}
