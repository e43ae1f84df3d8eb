import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { helmsAtHand } from '../setup/install-helm.ts';
import { chart, helm, manifests, render, valuesFiles } from '../support/helm.ts';

const golden = new URL('../golden/', import.meta.url).pathname;
const update = process.env.UPDATE_GOLDEN === '1';

describe.each(valuesFiles)('%s', (values) => {
  test('renders what the golden file says (UPDATE_GOLDEN=1 rewrites it)', () => {
    const file = `${golden}${values}.yaml`;
    const rendered = render(values);
    if (update) {
      mkdirSync(golden, { recursive: true });
      writeFileSync(file, rendered);
    }
    expect(existsSync(file), `no golden file ${file}`).toBe(true);
    expect(rendered).toBe(readFileSync(file, 'utf8'));
  });

  test('renders the same bytes twice', () => {
    expect(render(values)).toBe(render(values));
  });

  test.runIf(helmsAtHand().includes(3))('renders the same objects with Helm 3', () => {
    expect(byName(render(values, [], 3))).toEqual(byName(render(values, [], 4)));
  });

  test.each(helmsAtHand())('passes helm lint --strict of Helm %d', (major) => {
    const run = helm(
      ['lint', '--strict', '--kube-version', '1.36.0', chart, '-f', `${chart}/ci/${values}.yaml`],
      major,
    );
    expect(run.status, run.stdout + run.stderr).toBe(0);
  });
});

test('no golden file is left over from a values file that is gone', () => {
  expect(
    readdirSync(golden)
      .map((file) => file.replace(/\.yaml$/, ''))
      .sort(),
  ).toEqual([...valuesFiles].sort());
});

test('there are at least eight values files', () => {
  expect(valuesFiles.length).toBeGreaterThanOrEqual(8);
});

function byName(rendered: string) {
  return Object.fromEntries(manifests(rendered).map((one) => [`${one.kind}/${one.metadata.name}`, one]));
}
