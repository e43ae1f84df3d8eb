import { parseAddress } from '../../addresses/address.ts';
import { PassThrough } from '../../delivery/answer.ts';
import type { Delivery } from '../../delivery/delivery.ts';
import type { Rejection } from '../../delivery/rejections.ts';
import { createPassthrough, type Passthrough } from '../../forward/passthrough.ts';
import type { Standstill } from '../../forward/standstill.ts';
import type { JudgePath } from '../../gates/path.ts';
import { codeClass, type Metrics } from '../../metrics/metrics.ts';
import type { OnRefused } from '../../pipeline/journal.ts';
import type { Loaded } from '../load/load.ts';

/** The passthrough of a configuration, with each of its requests counted once; undefined where nothing is passed. */
export function openStreams(
  { config, upstreamCa, trustedProxies }: Loaded,
  judgePath: JudgePath,
  journal: {
    readonly metrics: Metrics;
    readonly onRefused: OnRefused;
    readonly isDraining: () => boolean;
    readonly standstill: Standstill;
  },
): Passthrough | undefined {
  if (config.otherPaths !== 'passthrough') return undefined;
  const { metrics } = journal;
  const passthrough = createPassthrough({
    ...config.upstream,
    standstill: journal.standstill,
    uploadIdleMs: config.limits.uploadIdleMs,
    streamIdleMs: config.limits.streamIdleMs,
    caPem: upstreamCa?.toString(),
    isTrustedProxy(peer) {
      if (config.clientAddress.from !== 'forwarded') return false;
      const address = parseAddress(peer.address);
      return address !== undefined && trustedProxies.has(address);
    },
    isPassedThrough: (target) => judgePath(target) instanceof PassThrough,
    isDraining: journal.isDraining,
    onAnswered: (status) => metrics.passedThrough.inc({ code_class: codeClass(status) }),
  });
  return {
    ...passthrough,
    request: async (request, response, delivery) =>
      count(delivery, await passthrough.request(request, response, delivery)),
    upgrade: async (request, socket, head, delivery) =>
      count(delivery, await passthrough.upgrade(request, socket, head, delivery)),
  };

  function count(delivery: Delivery, refusal: Rejection | undefined): Rejection | undefined {
    if (refusal === undefined) return undefined;
    metrics.passedThrough.inc({ code_class: 'none' });
    journal.onRefused(delivery, refusal);
    return refusal;
  }
}
