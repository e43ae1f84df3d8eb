import { onTestFinished } from 'vitest';
import { Answer } from '../../src/delivery/answer.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import type { Judge } from '../../src/delivery/judge.ts';
import { Rejection, reject } from '../../src/delivery/rejections.ts';
import { judgeHeaders } from '../../src/gates/headers.ts';
import type { EarlyRefusal } from '../../src/server/early-refusal.ts';
import {
  type ConnectionRefusal,
  createTrafficServer,
  type TrafficOptions,
} from '../../src/server/traffic.ts';

export interface TrafficPort {
  readonly port: number;
  readonly server: ReturnType<typeof createTrafficServer>;
  /** Every delivery that was judged, in order. */
  readonly judged: Delivery[];
  /** Bodies that were read to their end. */
  readonly bodies: string[];
  readonly rejected: { refused: EarlyRefusal; rejection: Rejection }[];
  readonly refusedConnections: ConnectionRefusal[];
  readonly faults: unknown[];
}

type Settings = Partial<Omit<TrafficOptions, 'limits'>> & { limits?: Partial<TrafficOptions['limits']> };

/**
 * Opens a traffic port whose judge is, unless told otherwise, the headers gate, then the body of at most 1,000
 * bytes within 2 s, then 200. Closed when the test ends.
 */
export async function openTrafficPort(settings: Settings = {}): Promise<TrafficPort> {
  const judged: Delivery[] = [];
  const bodies: string[] = [];
  const rejected: TrafficPort['rejected'] = [];
  const refusedConnections: ConnectionRefusal[] = [];
  const faults: unknown[] = [];
  const judge: Judge = settings.judge ?? readThenAccept(bodies);
  const server = createTrafficServer({
    host: '127.0.0.1',
    port: 0,
    tls: undefined,
    proxyProtocol: false,
    isTrustedProxy: () => false,
    streams: undefined,
    onRejected: (refused, rejection) => void rejected.push({ refused, rejection }),
    onConnectionRefused: (reason) => void refusedConnections.push(reason),
    onFault: (error) => void faults.push(error),
    now: () => performance.now(),
    ...settings,
    judge: (delivery) => {
      judged.push(delivery);
      return judge(delivery);
    },
    limits: {
      headerBytes: 16_384,
      headerTimeMs: 2000,
      connections: 1000,
      connectionsPerPeer: 1000,
      ...settings.limits,
    },
  });
  const { port } = await server.listen();
  onTestFinished(() => server.close(0));
  return { port, server, judged, bodies, rejected, refusedConnections, faults };
}

/** Limits of the default judge. */
const judgeLimits = { maxCount: 100, maxBytes: 16_384 };

/** Judges the headers, reads the body and answers 200. */
export function readThenAccept(bodies: string[], limits = { maxBytes: 1000, timeoutMs: 2000 }): Judge {
  return async (delivery) => {
    const fields = judgeHeaders(delivery.head, judgeLimits);
    if (fields instanceof Rejection) return fields;
    const read = await delivery.readBody(limits);
    switch (read.kind) {
      case 'complete':
        bodies.push(read.bytes.toString('latin1'));
        return new Answer('forwarded', 200, ['Content-Type', 'text/plain'], Buffer.from('accepted'));
      case 'too_large':
        return reject('body_too_large', `${read.readBytes} bytes`);
      case 'timeout':
        return reject('body_timeout', `${read.readBytes} bytes`);
      case 'no_room':
        return reject('overloaded', `${read.readBytes} bytes`);
      case 'aborted':
        return reject('malformed_request', `${read.readBytes} bytes`);
    }
  };
}
