import { expect, test } from 'vitest';
import { manifests, render } from '../support/helm.ts';

interface Placed {
  readonly nodeSelector?: unknown;
  readonly tolerations?: unknown;
}

test.each(['valkey', 'sidecar', 'sidecar-policy'])('%s', (values) => {
  const toleration = { key: 'pool', operator: 'Equal', value: 'gates', effect: 'NoSchedule' };
  const rendered = render(values, [
    ...['--set-json', 'nodeSelector={"pool":"gates"}'],
    ...['--set-json', `tolerations=[${JSON.stringify(toleration)}]`],
  ]);
  const pods = manifests(rendered).flatMap(({ kind, metadata, spec }) => {
    const pod = kind === 'Pod' ? spec : (spec as { template?: { spec?: unknown } })?.template?.spec;
    return pod === undefined ? [] : [[`${kind}/${metadata.name}`, pod as Placed] as const];
  });
  expect(pods.length).toBeGreaterThan(1);
  for (const [name, { nodeSelector, tolerations }] of pods) {
    expect(nodeSelector, name).toEqual({ pool: 'gates' });
    expect(tolerations, name).toEqual([toleration]);
  }
});
