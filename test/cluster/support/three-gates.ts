import { onTestFinished } from 'vitest';
import { apply, helm, installArgs, untilRouted } from './cluster.ts';
import { valkeyImage } from './image.ts';
import { createNeighbourhood } from './neighbourhood.ts';
import { createNodeVolume } from './volume-on-the-node.ts';

/** Three gates and the chart's Valkey, with a volume on the node; removed with the test. */
export async function installThreeGates() {
  const place = await createNeighbourhood();
  onTestFinished(() => place.remove());
  const volume = createNodeVolume(`${place.namespace}-valkey`, place.node);
  onTestFinished(() => volume.remove());
  const { namespace } = place;
  apply([
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'hookgate-valkey', namespace },
      stringData: { password: 'a-password-of-this-test' },
    },
  ]);
  const values = [
    'replicaCount=3',
    'duplicates.store=redis',
    'valkey.enabled=true',
    `valkey.image=${valkeyImage}`,
    'valkey.existingSecret=hookgate-valkey',
    'valkey.size=1Gi',
  ];
  helm(installArgs(namespace, place.senderAddress, values));
  await untilRouted(namespace);
  return { place, namespace, values };
}
