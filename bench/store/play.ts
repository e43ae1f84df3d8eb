import { createHash } from 'node:crypto';
import type { DuplicateStore } from '../../src/delivery/duplicate-store.ts';

const leaseMs = 60_000;
export const retentionMs = 7 * 24 * 3_600_000;

/** What of a store an event needs. */
type Playable = Pick<DuplicateStore, 'claim' | 'confirm'>;

export interface Played {
  /** Of this process, all threads. */
  readonly processorUs: number;
  /** From claim to the end of confirm, of each event. */
  readonly latenciesMs: readonly number[];
}

let last = 0;

/** Keys that no store has seen: 64 hex digits, as a gate's are. */
export function newKeys(count: number): string[] {
  return Array.from({ length: count }, () => createHash('sha256').update(String(last++)).digest('hex'));
}

/** Claims and confirms each key, `atOnce` at a time. */
export async function playAtFullSpeed(
  store: Playable,
  keys: readonly string[],
  atOnce: number,
): Promise<Played> {
  const latenciesMs: number[] = [];
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < keys.length) await deliver(store, keys[next++] as string, latenciesMs);
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: atOnce }, one));
  return { processorUs: usedSince(before), latenciesMs };
}

/** Claims and confirms the keys at fixed times, whatever becomes of those before: nothing waits for a slow one. */
export async function playPaced(
  store: Playable,
  keys: readonly string[],
  perSecond: number,
): Promise<Played> {
  const latenciesMs: number[] = [];
  const running: Promise<void>[] = [];
  const startedMs = performance.now();
  const before = process.cpuUsage();
  while (running.length < keys.length) {
    const due = Math.min(keys.length, Math.floor(((performance.now() - startedMs) * perSecond) / 1000));
    while (running.length < due) running.push(deliver(store, keys[running.length] as string, latenciesMs));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(running);
  return { processorUs: usedSince(before), latenciesMs };
}

async function deliver(store: Playable, key: string, latenciesMs: number[]): Promise<void> {
  const startedMs = performance.now();
  const claim = await store.claim(key, leaseMs);
  if (claim.kind !== 'claimed') throw new Error(`the claim of a new key was answered ${claim.kind}`);
  if (!(await store.confirm(key, claim.token, retentionMs))) throw new Error('the claim was lost');
  latenciesMs.push(performance.now() - startedMs);
}

function usedSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
