/** What every duplicate store must do. Each store's own test file calls this; nothing here knows which one it is. */

import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { DuplicateStore } from '../../src/delivery/duplicate-store.ts';
import { StoreUnavailable } from '../../src/delivery/duplicate-store.ts';
import { claimed as claim, newKey } from '../support/store-keys.ts';

export interface OpenedStore {
  readonly store: DuplicateStore;
  /** Lets this much time pass for leases and retentions. */
  advance(ms: number): Promise<void>;
}

const leaseMs = 2_000;
const retentionMs = 4_000;
/** Added wherever a time must be over, for stores whose clock the test does not own. */
const marginMs = 500;

/** `open` gives an empty store of its own to each test; the suite closes it. */
export function describeStoreContract(name: string, open: () => Promise<OpenedStore>): void {
  const opened = async (): Promise<OpenedStore> => {
    const it = await open();
    onTestFinished(() => it.store.close());
    return it;
  };

  describe(`${name} keeps the contract of duplicate stores`, () => {
    test('a new key is claimed, and in flight until it is confirmed', async () => {
      const { store } = await opened();
      const key = newKey();
      const token = await claimed(store, key);
      expect(await store.claim(key, leaseMs)).toEqual({ kind: 'in_flight' });
      expect(await store.confirm(key, token, retentionMs)).toBe(true);
      expect(await store.claim(key, leaseMs)).toEqual({ kind: 'delivered' });
    });

    test('a released key can be claimed at once, under another token', async () => {
      const { store } = await opened();
      const key = newKey();
      const first = await claimed(store, key);
      await store.release(key, first);
      expect(await claimed(store, key)).not.toBe(first);
    });

    test('a release by anybody but the holder changes nothing', async () => {
      const { store } = await opened();
      const key = newKey();
      const token = await claimed(store, key);
      await store.release(key, randomUUID());
      await store.release(newKey(), token);
      expect(await store.claim(key, leaseMs)).toEqual({ kind: 'in_flight' });
    });

    test('a release does not take a delivered key back', async () => {
      const { store } = await opened();
      const key = newKey();
      const token = await claimed(store, key);
      await store.confirm(key, token, retentionMs);
      await store.release(key, token);
      expect(await store.claim(key, leaseMs)).toEqual({ kind: 'delivered' });
    });

    test('a claim is in flight until its lease ends, then somebody else may claim', async () => {
      const { store, advance } = await opened();
      const key = newKey();
      await claimed(store, key);
      await advance(leaseMs - marginMs);
      expect(await store.claim(key, leaseMs)).toEqual({ kind: 'in_flight' });
      await advance(2 * marginMs);
      await claimed(store, key);
    });

    test('a holder whose claim lapsed and was taken over can neither confirm nor release it', async () => {
      const { store, advance } = await opened();
      const key = newKey();
      const first = await claimed(store, key);
      await advance(leaseMs + marginMs);
      const second = await claimed(store, key, 60_000);
      expect(await store.confirm(key, first, retentionMs)).toBe(false);
      await store.release(key, first);
      expect(await store.claim(key, leaseMs)).toEqual({ kind: 'in_flight' });
      expect(await store.confirm(key, second, retentionMs)).toBe(true);
    });

    test('a claim that lapsed and was not taken over is recorded', async () => {
      const { store, advance } = await opened();
      const key = newKey();
      const token = await claimed(store, key);
      await advance(leaseMs + marginMs);
      expect(await store.confirm(key, token, retentionMs)).toBe(true);
      expect(await store.claim(key, leaseMs)).toEqual({ kind: 'delivered' });
    });

    test('confirming twice, one after the other or at once, is confirming once', async () => {
      const { store } = await opened();
      const key = newKey();
      const token = await claimed(store, key);
      const both = [store.confirm(key, token, retentionMs), store.confirm(key, token, retentionMs)];
      expect(await Promise.all(both)).toEqual([true, true]);
      expect(await store.confirm(key, token, retentionMs)).toBe(true);
      expect(await store.claim(key, leaseMs)).toEqual({ kind: 'delivered' });
    });

    test('a delivered key is remembered until its retention ends, then it is new', async () => {
      const { store, advance } = await opened();
      const key = newKey();
      await store.confirm(key, await claimed(store, key), retentionMs);
      await advance(retentionMs - marginMs);
      expect(await store.claim(key, leaseMs)).toEqual({ kind: 'delivered' });
      await advance(2 * marginMs);
      const token = await claimed(store, key);
      expect(await store.confirm(key, token, retentionMs)).toBe(true);
      expect(await store.claim(key, leaseMs)).toEqual({ kind: 'delivered' });
    });

    test('a look tells what is delivered and nothing else, and takes no claim', async () => {
      const { store, advance } = await opened();
      const key = newKey();
      expect(await store.isDelivered(key)).toBe(false);
      const token = await claimed(store, key);
      expect(await store.isDelivered(key)).toBe(false);
      await store.confirm(key, token, retentionMs);
      expect(await store.isDelivered(key)).toBe(true);
      expect(await store.claim(key, leaseMs)).toEqual({ kind: 'delivered' });
      await advance(retentionMs + marginMs);
      expect(await store.isDelivered(key)).toBe(false);
    });

    test('of a hundred claims of one key at once exactly one gets it', async () => {
      const { store } = await opened();
      const key = newKey();
      const kinds = await kindsOf(Array.from({ length: 100 }, () => store.claim(key, leaseMs)));
      expect(kinds).toEqual({ claimed: 1, in_flight: 99 });
    });

    test('of a hundred claims of a delivered key at once every one is told so', async () => {
      const { store } = await opened();
      const key = newKey();
      await store.confirm(key, await claimed(store, key), retentionMs);
      const kinds = await kindsOf(Array.from({ length: 100 }, () => store.claim(key, leaseMs)));
      expect(kinds).toEqual({ delivered: 100 });
    });

    test('claims that race with the confirmation never get the key', async () => {
      const { store } = await opened();
      for (let round = 0; round < 50; round++) {
        const key = newKey();
        const confirming = store.confirm(key, await claimed(store, key), retentionMs);
        let over = false;
        void confirming.then(() => {
          over = true;
        });
        while (!over) {
          expect((await store.claim(key, leaseMs)).kind).not.toBe('claimed');
          // A claim that is answered from memory takes no turn of the event loop, on which the file's answer comes.
          await nextTurn();
        }
        expect(await store.claim(key, leaseMs)).toEqual({ kind: 'delivered' });
      }
    });

    test('a thousand keys at once do not touch each other', async () => {
      const { store } = await opened();
      const keys = Array.from({ length: 1000 }, newKey);
      const tokens = await Promise.all(keys.map((key) => claimed(store, key, 60_000)));
      expect(new Set(tokens).size).toBe(1000);
      await Promise.all(
        keys.map((key, n) =>
          n % 2 === 0
            ? store.confirm(key, tokens[n] as string, 60_000)
            : store.release(key, tokens[n] as string),
        ),
      );
      const kinds = await kindsOf(keys.map((key) => store.claim(key, leaseMs)));
      expect(kinds).toEqual({ delivered: 500, claimed: 500 });
    });

    test('keys that agree but for their first or last digit are different keys', async () => {
      const { store } = await opened();
      const key = newKey();
      await store.confirm(key, await claimed(store, key), retentionMs);
      const flip = (digit: string | undefined): string => (digit === '0' ? '1' : '0');
      await claimed(store, key.slice(0, 63) + flip(key[63]));
      await claimed(store, flip(key[0]) + key.slice(1));
      await claimed(store, key.slice(0, 32) + newKey().slice(32));
      await claimed(store, newKey().slice(32) + key.slice(32));
    });

    test('an open store says that it is up; a closed one refuses everything', async () => {
      const { store } = await opened();
      const key = newKey();
      const token = await claimed(store, key);
      expect((await store.health()).up).toBe(true);
      await store.close();
      await expect(store.claim(key, leaseMs)).rejects.toBeInstanceOf(StoreUnavailable);
      await expect(store.confirm(key, token, retentionMs)).rejects.toBeInstanceOf(StoreUnavailable);
      await expect(store.release(key, token)).rejects.toBeInstanceOf(StoreUnavailable);
      expect((await store.health()).up).toBe(false);
      await store.close();
    });

    test('closing at once after many confirmations loses none of their answers', async () => {
      const { store } = await opened();
      const keys = Array.from({ length: 200 }, newKey);
      const tokens = await Promise.all(keys.map((key) => claimed(store, key)));
      const confirming = keys.map((key, n) => store.confirm(key, tokens[n] as string, retentionMs));
      await store.close();
      expect(new Set(await Promise.all(confirming))).toEqual(new Set([true]));
    });
  });
}

/** Under the lease of most tests here. */
function claimed(store: DuplicateStore, key: string, forMs = leaseMs): Promise<string> {
  return claim(store, key, forMs);
}

async function kindsOf(claims: Promise<{ kind: string }>[]): Promise<Record<string, number>> {
  const kinds: Record<string, number> = {};
  for (const { kind } of await Promise.all(claims)) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return kinds;
}
