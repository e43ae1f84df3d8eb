import { fork } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { createNetwork, type Network, type NetworkState } from './network.ts';

/** A network in the test's own process, so that the test can judge each piece; closed with the test. */
export async function networkTo(port: number): Promise<Network> {
  const network = await createNetwork(port);
  onTestFinished(() => network.close());
  return network;
}

export interface SeparateNetwork {
  readonly port: number;
  /** Resolves once it is so. `target` is where new connections lead from now on. */
  become(change: Partial<NetworkState> & { readonly target?: number }): Promise<void>;
}

/** The same in a process of its own, for what is measured under load. */
export async function separateNetworkTo(port: number): Promise<SeparateNetwork> {
  const child = fork(new URL('./network-process.ts', import.meta.url), [String(port)], {
    // Infinity has to arrive as what it is.
    serialization: 'advanced',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [own] = await once(child, 'message');
  return {
    port: own as number,
    async become(change) {
      const applied = once(child, 'message');
      child.send(change);
      await applied;
    },
  };
}
