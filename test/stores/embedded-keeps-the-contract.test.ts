import { openTestStore } from '../support/embedded-store.ts';
import { describeStoreContract } from './contract.ts';

describeStoreContract('the embedded store', async () => {
  const { store, clock } = await openTestStore();
  return { store, advance: async (ms) => clock.pass(ms) };
});

describeStoreContract('the embedded store, filing its log all the time,', async () => {
  const { store, clock } = await openTestStore({ smallestRound: 1 });
  return { store, advance: async (ms) => clock.pass(ms) };
});
