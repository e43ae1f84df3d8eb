/** The default store: delivered keys in one SQLite file, claims in flight in this process's memory. */
import type { ClaimResult, DuplicateStore } from '../../delivery/duplicate-store.ts';
import { StoreUnavailable } from '../../delivery/duplicate-store.ts';
import type { InFlightClaim } from '../in-flight-claims.ts';
import { createInFlightClaims } from '../in-flight-claims.ts';
import type { FileSupervisor, SupervisorOptions } from './file-supervisor.ts';
import { superviseFile } from './file-supervisor.ts';

export type EmbeddedStoreOptions = SupervisorOptions;

const inFlight: ClaimResult = { kind: 'in_flight' };
const delivered: ClaimResult = { kind: 'delivered' };
/** Lapsed claims looked at in one turn of the supervisor's timer. */
const lapsedAtOnce = 1000;

/**
 * Opens or creates the file. Rejects with `StoreRefused`, whose message is a sentence with the remedy, when it cannot
 * be used or another process keeps it for longer than `lockWaitMs`. Once open, faults of the disk make operations
 * reject with `StoreUnavailable`, and the store comes back by itself when the disk does.
 */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<DuplicateStore> {
  const claims = createInFlightClaims(options.now);
  const file = await superviseFile(options, () => claims.removeLapsed(lapsedAtOnce));

  const refusal = (key: string): StoreUnavailable | undefined =>
    isKey(key)
      ? file.unavailable()
      : new StoreUnavailable('A key of the duplicate store must be 64 hexadecimal digits.');

  const claim = (key: string, leaseMs: number): Promise<ClaimResult> => {
    const fault = refusal(key);
    if (fault) return Promise.reject(fault);
    const holder = claims.holder(key);
    if (holder?.asking) return afterQuestion(holder, () => claim(key, leaseMs));
    if (holder) return Promise.resolve(inFlight);
    return ask(file, claims.hold(key, leaseMs), leaseMs);
  };

  /** The file knows. Meanwhile the claim keeps its place, so that one of many at once gets it. */
  const ask = async (of: FileSupervisor, mine: InFlightClaim, leaseMs: number): Promise<ClaimResult> => {
    mine.asking = of.ask(mine.key);
    try {
      if (!(await mine.asking)) {
        mine.leaseEndsAt = options.now() + leaseMs;
        return { kind: 'claimed', token: mine.token };
      }
      claims.drop(mine);
      return delivered;
    } catch (error) {
      claims.drop(mine);
      throw error;
    } finally {
      mine.asking = undefined;
    }
  };

  const confirm = async (key: string, token: string, retentionMs: number): Promise<boolean> => {
    const fault = refusal(key);
    if (fault) throw fault;
    const mine = claims.startRecording(key, token);
    if (mine === undefined) return false;
    let recorded = false;
    try {
      await file.record(key, retentionMs);
      recorded = true;
      return true;
    } finally {
      claims.endRecording(mine, recorded);
    }
  };

  return {
    answersWithinMs: file.answersWithinMs,
    claim,
    confirm,
    async release(key, token) {
      // Memory alone: a fault of the disk must not keep the next delivery of this event away. Closed is closed.
      if (file.closed) throw new StoreUnavailable('The embedded store is closed.');
      claims.release(key, token);
    },
    async isDelivered(key) {
      const fault = refusal(key);
      if (fault) throw fault;
      return file.ask(key);
    },
    health: async () => file.health(),
    close: () => file.close(),
  };
}

const noHexDigit = /[^0-9a-f]/i;

function isKey(key: string): boolean {
  return key.length === 64 && !noHexDigit.test(key);
}

/** Waits for the answer that another claim of the same key has asked for. */
function afterQuestion(holder: InFlightClaim, again: () => Promise<ClaimResult>): Promise<ClaimResult> {
  return (holder.asking ?? Promise.resolve(false)).then((known) => (known ? delivered : again()));
}
