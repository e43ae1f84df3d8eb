import type { DeliveryRecord } from './record.ts';

/** Refused events that would have matched under a way of writing, or a key, that is not what the route has. */
export interface NearMissOverview {
  readonly route: string;
  /** Name of the key. */
  readonly key: string;
  /** How they may have been signed, and what would take them; sentences. */
  readonly match: string;
  readonly remedy: string;
  /** For hookgate.yaml; null where no setting helps. */
  readonly line: string | null;
  /** As often as it was found: one refused event a second is looked at, at most. */
  readonly found: number;
  readonly first: string;
  readonly last: string;
  /** Of the latest one. */
  readonly requestId: string;
}

export function nearMissesOf({ nearMisses }: Pick<DeliveryRecord, 'nearMisses'>): NearMissOverview[] {
  return [...nearMisses]
    .sort((one, other) => other.lastMs - one.lastMs)
    .map(({ firstMs, lastMs, line, ...told }) => ({
      ...told,
      line: line ?? null,
      first: new Date(firstMs).toISOString(),
      last: new Date(lastMs).toISOString(),
    }));
}
