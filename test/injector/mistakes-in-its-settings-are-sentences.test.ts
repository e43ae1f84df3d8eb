import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { startInjector } from '../../src/app/inject/inject.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { sidecarTemplate } from '../support/injection.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const names = { namespace: 'hookgate', service: 'injector', mutatingWebhook: 'injector' };

async function problemsOf(config: object, sidecar: object | string = sidecarTemplate): Promise<string> {
  const directory = temporaryDirectory();
  const file = join(directory, 'inject.yaml');
  const sidecarFile = join(directory, 'sidecar.yaml');
  writeFileSync(sidecarFile, typeof sidecar === 'string' ? sidecar : stringify(sidecar));
  writeFileSync(
    file,
    stringify({
      sidecar: { file: sidecarFile },
      certificates: { secret: 's' },
      kubernetes: names,
      ...config,
    }),
  );
  const started = await startInjector(file, {});
  return started.kind === 'problems'
    ? started.problems.map(formatProblem).join('\n')
    : JSON.stringify(started);
}

const container = sidecarTemplate.container;
test.each([
  ['an unknown key', { listne: {} }, sidecarTemplate, /listne: unknown key; did you mean "listen"/],
  ['a missing name', { kubernetes: {} }, sidecarTemplate, /kubernetes\.service: missing.*selfManaged/],
  [
    'too short an overlap',
    { certificates: { secret: 's', overlap: '10s' } },
    sidecarTemplate,
    /overlap: found 10s; expected at least three times/,
  ],
  ['no container', {}, {}, /container is no Kubernetes container/],
  ['another name', {}, { container: { ...container, name: 'gate' } }, /container\.name must be hookgate/],
  ['no image', {}, { container: { ...container, image: '' } }, /image is missing/],
  [
    'unnamed ports',
    {},
    { container: { ...container, ports: [] } },
    /ports must name hookgate and hookgate-admin/,
  ],
  [
    'a volume of the application',
    {},
    { container, volumes: [{ name: 'data' }] },
    /must begin with hookgate-/,
  ],
  ['no YAML', {}, '{', /sidecar\.yaml.*cannot be read/],
])('%s', async (_what, config, sidecar, sentence) => {
  expect(await problemsOf(config, sidecar)).toMatch(sentence);
});

test('outside a pod it asks for the API server', async () => {
  expect(await problemsOf({})).toContain('name the API server in kubernetes.server');
});
