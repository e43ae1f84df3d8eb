import { openTestStore } from '../support/embedded-store.ts';
import { describeStoreContract } from './contract.ts';

describeStoreContract('the embedded store', async () => {
  const { store, clock } = await openTestStore();
  return { store, advance: async (ms) => clock.pass(ms) };
});

describeStoreContract('the embedded store, sweeping all the time,', async () => {
  const { store, clock } = await openTestStore({ sweepEveryMs: 1 });
  return { store, advance: async (ms) => clock.pass(ms) };
});
