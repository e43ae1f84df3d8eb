import { randomBytes } from 'node:crypto';
import type { DuplicateStore } from '../../src/delivery/duplicate-store.ts';

/** A duplicate key that no other test has. */
export function newKey(): string {
  return randomBytes(32).toString('hex');
}

/** The token of a claim of `key`; throws where somebody else has it. */
export async function claimed(store: DuplicateStore, key: string, leaseMs: number): Promise<string> {
  const result = await store.claim(key, leaseMs);
  if (result.kind !== 'claimed') throw new Error(`expected to get the key, but it is ${result.kind}`);
  return result.token;
}
