/** A network in a process of its own: `network-process.ts TARGET_PORT`. Told of changes by its parent. */
import { createNetwork, type NetworkState } from './network.ts';

const network = await createNetwork(Number(process.argv[2]));
process.on('message', ({ target, ...change }: ChangedNetwork) => {
  if (target !== undefined) network.target = target;
  network.apply(change);
  process.send?.('applied');
});
process.on('disconnect', () => process.exit());
process.send?.(network.port);

type ChangedNetwork = Partial<NetworkState> & { readonly target?: number };
